// One entry of `listen`: "udp:0.0.0.0:5060", "tls:[2001:db8::1]:5061".
#pragma once

#include <string>
#include <vector>

#include "conf/section.h"
#include "flowtoken/flow.h"

namespace flowgate::conf {

struct Listener {
  Protocol protocol = Protocol::udp;
  Endpoint local;    // port 0: any free one
  std::string text;  // as written
};

// The host must be an IP literal, IPv6 in brackets. Throws Error.
Listener parse_listener(const Value& value);

// Could these not both be bound? Port 0 is never taken.
bool share_address(const Endpoint& a, const Endpoint& b);

// The whole list: not empty, and no two entries that would share a socket address. Throws Error.
std::vector<Listener> parse_listeners(const Value& value);

}  // namespace flowgate::conf
