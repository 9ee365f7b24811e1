// The steady and the wall clock, read at one moment: what turns an Instant, which means nothing outside of
// this process, into a time that another process or a later one understands, and back.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "registrar/binding.h"

namespace flowgate::registrar {

struct ClockReading {
  Instant steady;
  std::chrono::system_clock::time_point wall;

  // Microseconds since 1970, of a time less than a hundred years from the reading; else as if it were that
  // far.
  std::int64_t wall_us(Instant instant) const {
    const auto distance = std::clamp(instant, steady - most, steady + most) - steady;
    return now_us() + std::chrono::duration_cast<std::chrono::microseconds>(distance).count();
  }
  Instant instant(std::int64_t wall_us) const {
    constexpr std::int64_t most_us = std::chrono::duration_cast<std::chrono::microseconds>(most).count();
    const std::int64_t now = now_us();
    return steady + std::chrono::microseconds(std::clamp(wall_us, now - most_us, now + most_us) - now);
  }

 private:
  static constexpr Instant::duration most = std::chrono::hours{24 * 36'500};
  std::int64_t now_us() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(wall.time_since_epoch()).count();
  }
};

}  // namespace flowgate::registrar
