#include "proxy/overload_control.h"

#include <algorithm>

namespace flowgate::proxy {
namespace {

using std::chrono::milliseconds;

constexpr unsigned whole = 1000;
constexpr unsigned most_pressure = 3 * whole;
constexpr milliseconds ease_interval{100};
// New registrations come back by themselves: their share may rise fast, the worse it is. What comes behind
// them is given up slowly: what has been turned away already shows its effect a moment later.
constexpr unsigned step = 100;
constexpr unsigned most_step = 500;
// Slower down than up: it is the next probe of how much there is room for.
constexpr unsigned ease_step = 30;

}  // namespace

void OverloadControl::behind(Instant now, unsigned percent) {
  ease(now);
  const unsigned rise = pressure_ < whole ? std::min(most_step, step * percent / 100) : step;
  pressure_ = std::min(pressure_ + rise, pressure_ < whole ? whole : most_pressure);
  eased_ = now + ease_interval;  // the next report is due until then
}

unsigned OverloadControl::ease(Instant now) {
  const auto intervals = std::min<std::int64_t>((now - eased_) / ease_interval, most_pressure);
  if (intervals > 0) {
    pressure_ -= std::min(pressure_, ease_step * static_cast<unsigned>(intervals));
    eased_ += intervals * ease_interval;
  }
  return pressure_;
}

bool OverloadControl::refuses(Instant now, Admission admission, std::uint64_t random) {
  if (admission == Admission::always) return false;
  const auto rank = static_cast<unsigned>(admission);
  const unsigned pressure = ease(now), below = rank * whole;
  if (pressure <= below || random % whole >= pressure - below) return false;
  refused_[rank].fetch_add(1, std::memory_order_relaxed);
  return true;
}

std::chrono::seconds OverloadControl::retry_after(std::uint64_t random) const {
  const auto spread = static_cast<std::uint64_t>((options_.most_retry - options_.least_retry).count()) + 1;
  return options_.least_retry + std::chrono::seconds(random % spread);
}

}  // namespace flowgate::proxy
