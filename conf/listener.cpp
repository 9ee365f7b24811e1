#include "conf/listener.h"

#include <fmt/format.h>

#include <algorithm>

#include "sip/text.h"

namespace flowgate::conf {

namespace {

constexpr std::string_view form = "PROTOCOL:ADDRESS:PORT, such as udp:0.0.0.0:5060 or \"tcp:[::]:5060\"";

bool same_socket_address(const Listener& a, const Listener& b) {
  return is_stream(a.protocol) == is_stream(b.protocol) && a.local.port != 0 && a.local == b.local;
}

}  // namespace

Listener parse_listener(const Value& value) {
  const std::string& text = value.text(form);
  const std::size_t first = text.find(':');
  const std::size_t last = text.rfind(':');
  if (first == std::string::npos || last == first) value.expected(form);
  const std::string_view name = std::string_view(text).substr(0, first);
  std::string_view host = std::string_view(text).substr(first + 1, last - first - 1);
  const std::string_view port_text = std::string_view(text).substr(last + 1);

  const auto protocol = protocol_from(name);
  if (!protocol) value.expected("udp, tcp, tls, ws or wss in front of the first colon");
  const auto port = sip::parse_number(port_text, 65535);
  if (!port) value.expected("a port from 0 to 65535 behind the last colon");
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto local = Endpoint::from(host, static_cast<std::uint16_t>(*port));
  if (!local || bracketed != (host.find(':') != std::string_view::npos)) {
    value.expected("an IPv4 address, or an IPv6 address in brackets, between the colons");
  }
  return {*protocol, *local, text};
}

std::vector<Listener> parse_listeners(const Value& value) {
  std::vector<Listener> listeners;
  for (const Value& item : value.list("a list of listeners")) {
    const Listener listener = parse_listener(item);
    const auto same = std::find_if(listeners.begin(), listeners.end(), [&](const Listener& other) {
      return same_socket_address(listener, other);
    });
    // With SO_REUSEPORT the kernel would let both bind, and deal the connections out between them.
    if (same != listeners.end()) {
      item.refuse(fmt::format("{} has the address of {}", in_quotes(listener.text), in_quotes(same->text)));
    }
    listeners.push_back(listener);
  }
  return listeners;
}

}  // namespace flowgate::conf
