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

Endpoint parse_endpoint(const Value& value, std::string_view text, std::string_view form) {
  const std::size_t last = text.rfind(':');
  if (last == std::string_view::npos) value.expected(form);
  std::string_view host = text.substr(0, last);
  const auto port = sip::parse_number(text.substr(last + 1), 65535);
  if (!port) value.expected("a port from 0 to 65535 behind the last colon");
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto local = Endpoint::from(host, static_cast<std::uint16_t>(*port));
  if (!local || bracketed != (host.find(':') != std::string_view::npos)) {
    value.expected("an IPv4 address, or an IPv6 address in brackets, in front of the last colon");
  }
  return *local;
}

Listener parse_listener(const Value& value) {
  const std::string& text = value.text(form);
  const std::size_t first = text.find(':');
  if (first == std::string::npos || text.rfind(':') == first) value.expected(form);
  const auto protocol = protocol_from(std::string_view(text).substr(0, first));
  if (!protocol) value.expected("udp, tcp, tls, ws or wss in front of the first colon");
  return {*protocol, parse_endpoint(value, std::string_view(text).substr(first + 1), form), text};
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
