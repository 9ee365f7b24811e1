// Which AORs are watched, for whoever changes a registration and wants to know whether to tell: cheap, and
// sometimes wrong in the way that does no harm.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace flowgate::reg_event {

// Thread-safe. A change that is made while an AOR is being added is not missed when add() comes before the
// location service is asked for the record, and has() after the record was changed: both happen under the
// location service's lock, or one after the other.
class Watched {
 public:
  void add(std::string_view aor);
  // Once for each add().
  void remove(std::string_view aor);

  // False: nobody watches it. True: somebody may.
  bool has(std::string_view aor) const;

 private:
  static constexpr std::size_t buckets = 4096;
  std::array<std::atomic<std::uint32_t>, buckets> counts_{};
  std::atomic<std::size_t> total_{0};
};

}  // namespace flowgate::reg_event
