// What kind of request it is that an overloaded shard may have to turn away.
#pragma once

#include "proxy/overload_control.h"
#include "sip/limits.h"
#include "sip/message.h"

namespace flowgate::proxy {

// `registered`: its UA is registered over the flow that it came by. Never refresh unless that is so.
Admission admission_of(const sip::Message& request, bool registered, const sip::Limits& limits);

}  // namespace flowgate::proxy
