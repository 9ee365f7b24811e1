// The `overload:` section: what counts as one, and how long those stay away who are turned away.
#pragma once

#include <chrono>
#include <cstddef>

#include "conf/section.h"

namespace flowgate::conf {

struct Overload {
  std::chrono::milliseconds max_delay{30};  // that what comes in may stand; 0: nobody is turned away
  std::chrono::seconds min_retry_after{5}, max_retry_after{60};
  std::size_t udp_buffer_bytes = 8 << 20;  // asked for, of each UDP socket
};

// `top`: the whole file. Throws Error.
Overload read_overload(const Section& top);

}  // namespace flowgate::conf
