// Which rows of the database count: those that hold the newest record of an AOR. A bit for each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

namespace flowgate::registrar {

// Thread-safe. Rows are numbers above 0, and 0 is none.
class LiveRows {
 public:
  // Rows below `first` are of no interest.
  void begin_at(std::int64_t first);

  // `from` does not count any more, `to` does.
  void move(std::int64_t from, std::int64_t to);
  // The first that counts in [from, end).
  std::optional<std::int64_t> next(std::int64_t from, std::int64_t end) const;
  // How many count.
  std::size_t count() const;
  // None of them counts any more.
  void drop_below(std::int64_t first);

 private:
  static constexpr std::int64_t bits = 64;
  // nullptr: of no interest.
  std::uint64_t* word_of(std::int64_t row);

  mutable std::mutex mutex_;
  std::int64_t first_word_ = 0;
  std::deque<std::uint64_t> words_;
  std::size_t count_ = 0;
};

}  // namespace flowgate::registrar
