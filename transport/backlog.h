// Whether more comes in at one place than is handled there. A burst makes a queue that is empty again soon;
// what stands in the way of everything new all the time is an overload (the idea of RFC 8289: the least delay
// of an interval counts, not its greatest).
#pragma once

#include <chrono>
#include <optional>

namespace flowgate::transport {

class Backlog {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds interval{100};

  // A look at the queue: how full it is, in percent of what is allowed. When an interval of looks has ended,
  // all of them at 100 or above: the least of them.
  std::optional<unsigned> look(Instant now, unsigned percent);

 private:
  static constexpr unsigned least_looks = 3;  // one late wakeup of the process is no overload

  Instant begin_;
  unsigned least_ = 0;  // 0: no interval is under way
  unsigned looks_ = 0;
};

}  // namespace flowgate::transport
