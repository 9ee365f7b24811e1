#include "registrar/redis/server_clock.h"

#include "sip/text.h"

namespace flowgate::redis {

using std::chrono::microseconds;

registrar::ClockReading ServerClock::reading() const {
  const std::lock_guard lock{mutex_};
  return reading_;
}

bool ServerClock::told(const Reply& reply, registrar::Instant sent, registrar::Instant received,
                       bool begins) {
  constexpr microseconds tolerance{50'000};
  if (!reply.is_array(2)) return false;
  const auto seconds = sip::parse_number(reply.items[0].text);
  const auto fraction = sip::parse_number(reply.items[1].text);
  if (!seconds || !fraction) return false;
  const microseconds since_1970 = std::chrono::seconds{*seconds} + microseconds{*fraction};
  // It was read somewhere in between.
  const auto half = std::chrono::duration_cast<microseconds>(received - sent) / 2;
  const registrar::ClockReading now{sent + half, std::chrono::system_clock::time_point{since_1970}};

  const std::lock_guard lock{mutex_};
  const microseconds drift{reading_.wall_us(now.steady) - now.wall_us(now.steady)};
  if (begins || std::chrono::abs(drift) > tolerance + half) reading_ = now;
  return true;
}

}  // namespace flowgate::redis
