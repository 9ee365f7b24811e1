#include "proxy/network.h"

namespace flowgate::proxy {
namespace {

// RFC 3263 §4: "We define TARGET as the value of the maddr parameter of the URI, if present, otherwise, the
// host value of the hostport component of the URI."
std::string_view target_of(const sip::Uri& uri) {
  std::string_view target = uri.param("maddr").value_or(uri.host);
  if (target.starts_with('[') && target.ends_with(']')) target = target.substr(1, target.size() - 2);
  return target;
}

}  // namespace

void append_transport(Protocol protocol, bool sips, std::string& uri) {
  if (is_websocket(protocol)) {
    uri += ";transport=ws";
  } else if (protocol != Protocol::udp && !sips) {
    uri += ";transport=";
    uri += uri_name(protocol);
  }
}

std::optional<Protocol> protocol_for(const sip::Uri& uri) {
  const bool secure = uri.scheme == sip::Scheme::sips;
  const auto transport = uri.param("transport");
  if (!transport) return secure ? Protocol::tls : Protocol::udp;
  const auto protocol = protocol_from(*transport);
  if (!protocol || is_websocket(*protocol)) return std::nullopt;
  // RFC 3261 §26.2.2: sips with transport=tcp means TLS over TCP; there is no TLS over UDP.
  if (secure && *protocol == Protocol::udp) return std::nullopt;
  return secure ? Protocol::tls : *protocol;
}

std::optional<NextHop> literal_next_hop(const sip::Uri& uri) {
  const auto protocol = protocol_for(uri);
  if (!protocol) return std::nullopt;
  const std::uint16_t default_port = *protocol == Protocol::tls ? 5061 : 5060;
  const auto address = Endpoint::from(target_of(uri), uri.port.value_or(default_port));
  if (!address) return std::nullopt;
  return NextHop{*protocol, *address, std::string(uri.host)};
}

}  // namespace flowgate::proxy
