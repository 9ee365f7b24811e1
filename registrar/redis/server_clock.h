// The clock of the Redis server: the one that all nodes share, whatever their own say.
//
// Thread-safe.
#pragma once

#include <mutex>

#include "registrar/clock_reading.h"
#include "registrar/redis/reply.h"

namespace flowgate::redis {

class ServerClock {
 public:
  // Both clocks at one moment, as far as is known.
  registrar::ClockReading reading() const;
  // The reply to TIME, asked for at `sent` and there at `received`. It is taken at the beginning of a
  // session, and when the clocks have drifted apart: what is stored moves as little as may be. False: it is
  // no time.
  bool told(const Reply& reply, registrar::Instant sent, registrar::Instant received, bool begins);

 private:
  mutable std::mutex mutex_;
  registrar::ClockReading reading_;
};

}  // namespace flowgate::redis
