#include "proxy/server/overload_report.h"

#include <fmt/core.h>

#include <cstdio>
#include <utility>

namespace flowgate::server {

Refused& Refused::operator+=(const Refused& more) {
  registrations += more.registrations;
  refreshes += more.refreshes;
  others += more.others;
  return *this;
}

Refused Refused::operator-(const Refused& less) const {
  return {registrations - less.registrations, refreshes - less.refreshes, others - less.others};
}

void OverloadReport::look(Instant now, const Refused& refused) {
  const Refused before = std::exchange(last_, refused);
  if (refused.sum() != before.sum()) {
    if (!std::exchange(overloaded_, true)) {
      begin_ = now;
      before_ = before;
    }
    active_ = now;
  }
  if (!overloaded_ || now - said_ < interval) return;
  // Nothing for so long, and it is over.
  overloaded_ = now - active_ < interval;
  say(now);
  said_ = now;
}

void OverloadReport::say(Instant now) const {
  const Refused refused = last_ - before_;
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>((overloaded_ ? now : active_) - begin_);
  fmt::print(stderr,
             "overload {} {} s: answered 503 so far: {} new registrations, {} refreshes, {} other requests "
             "outside of "
             "dialogs\n",
             overloaded_ ? "since" : "over after", seconds.count(), refused.registrations, refused.refreshes,
             refused.others);
}

}  // namespace flowgate::server
