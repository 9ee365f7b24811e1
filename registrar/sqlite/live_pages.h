// How many records of each page of the log count: those that are the newest of their AOR.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>

namespace flowgate::registrar {

// Thread-safe. Pages have numbers above 0, and 0 is none.
class LivePages {
 public:
  // Pages below `first` are of no interest, and have none.
  void begin_at(std::int64_t first);

  // The record of an AOR that counted in `from` now counts in `to`.
  void move(std::int64_t from, std::int64_t to);
  bool has_any(std::int64_t page) const;
  // How many count, in all pages.
  std::size_t count() const;

 private:
  // nullptr: of no interest.
  std::uint32_t* count_of(std::int64_t page);

  mutable std::mutex mutex_;
  std::int64_t first_ = 1;
  std::deque<std::uint32_t> counts_;
  std::size_t count_ = 0;
};

}  // namespace flowgate::registrar
