// The `reg_event:` section: subscriptions to registrations (RFC 3680).
#pragma once

#include <chrono>

#include "conf/section.h"

namespace flowgate::conf {

struct RegEvent {
  // Of a subscription; min <= max. The one that the file does not give makes room for the other.
  std::chrono::seconds min_expires{60};
  std::chrono::seconds max_expires{7200};
};

// `top`: the whole file. Throws Error.
RegEvent read_reg_event(const Section& top);

}  // namespace flowgate::conf
