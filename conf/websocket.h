// The `websocket:` section: whom ws and wss listeners serve.
#pragma once

#include <chrono>
#include <set>
#include <string>

#include "conf/section.h"

namespace flowgate::conf {

struct WebSocket {
  // In lower case, each a scheme and a host, perhaps a port; or "none". Empty: all may connect.
  std::set<std::string, std::less<>> origins;
  std::chrono::seconds ping{30};  // between two Ping frames; 0: none are sent
};

// `top`: the whole file. `flow_timer`: within that long each UA is to be heard. Throws Error.
WebSocket read_websocket(const Section& top, std::chrono::seconds flow_timer);

}  // namespace flowgate::conf
