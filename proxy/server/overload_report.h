// What an operator reads of an overload on standard error: a line when it begins, one each ten seconds while
// it lasts, and one when it is over.
#pragma once

#include <chrono>
#include <cstdint>

namespace flowgate::server {

// Requests that were answered 503 because of overload, since the start.
struct Refused {
  std::uint64_t registrations = 0, refreshes = 0, others = 0;

  std::uint64_t sum() const { return registrations + refreshes + others; }
  Refused& operator+=(const Refused& more);
  Refused operator-(const Refused& less) const;
};

class OverloadReport {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds interval{10};

  // About once a second.
  void look(Instant now, const Refused& refused);

 private:
  void say(Instant now) const;

  Refused last_, before_;  // as of the last look; when the overload began
  Instant begin_, said_, active_;
  bool overloaded_ = false;
};

}  // namespace flowgate::server
