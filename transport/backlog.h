// Whether more comes in at one place than is handled there. A burst makes a queue that is short again soon;
// one that is never short is an overload (RFC 8289 §3.2: a "standing queue").
#pragma once

#include <chrono>

namespace flowgate::transport {

class Backlog {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds interval{100};

  // A look at the queue: how long it is, in percent of what is allowed.
  void look(Instant now, unsigned percent);
  // What the last look saw, once all looks of an interval have seen 100 or more; 0 before.
  unsigned standing() const { return standing_; }

 private:
  static constexpr unsigned least_looks = 3;  // one late wakeup of the process is no overload

  Instant begin_;
  unsigned looks_ = 0;  // since begin_; 0: the last one saw a short queue
  unsigned standing_ = 0;
};

}  // namespace flowgate::transport
