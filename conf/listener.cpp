#include "conf/listener.h"

#include <fmt/format.h>

#include <algorithm>

#include "conf/endpoint.h"
#include "sip/text.h"

namespace flowgate::conf {

namespace {

constexpr std::string_view form = "PROTOCOL:ADDRESS:PORT, such as udp:0.0.0.0:5060 or \"tcp:[::]:5060\"";

bool same_socket_address(const Listener& a, const Listener& b) {
  return is_stream(a.protocol) == is_stream(b.protocol) && share_address(a.local, b.local);
}

}  // namespace

Listener parse_listener(const Value& value) {
  const std::string& text = value.text(form);
  const std::size_t first = text.find(':');
  const std::size_t last = text.rfind(':');
  if (first == std::string::npos || last == first) value.expected(form);
  const auto protocol = protocol_from(std::string_view(text).substr(0, first));
  if (!protocol) value.expected("udp, tcp, tls, ws or wss in front of the first colon");
  if (!sip::parse_number(std::string_view(text).substr(last + 1), 65535))
    value.expected("a port from 0 to 65535 behind the last colon");
  const auto local = endpoint_from(std::string_view(text).substr(first + 1));
  if (!local) value.expected("an IPv4 address, or an IPv6 address in brackets, between the colons");
  return {*protocol, *local, text};
}

// A wildcard address takes all addresses of its family.
bool share_address(const Endpoint& a, const Endpoint& b) {
  const bool wildcard = a.is_unspecified() || b.is_unspecified();
  return a.port != 0 && a.port == b.port && (a.same_address(b) || (wildcard && a.v6 == b.v6));
}

std::vector<Listener> parse_listeners(const Value& value) {
  std::vector<Listener> listeners;
  for (const Value& item : value.list("a list of listeners")) {
    const Listener listener = parse_listener(item);
    const auto same = std::find_if(listeners.begin(), listeners.end(), [&](const Listener& other) {
      return same_socket_address(listener, other);
    });
    // Of two with one address the kernel would let both bind, by SO_REUSEPORT, and deal the connections out
    // between them.
    if (same != listeners.end()) {
      item.refuse(fmt::format("{} has the address of {}", in_quotes(listener.text), in_quotes(same->text)));
    }
    listeners.push_back(listener);
  }
  return listeners;
}

}  // namespace flowgate::conf
