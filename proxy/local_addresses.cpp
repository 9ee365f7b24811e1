#include "proxy/local_addresses.h"

#include <algorithm>

#include "sip/text.h"

namespace flowgate::proxy {
namespace {

// RFC 3261 §19.1.2, RFC 7118 §5.5.
std::uint16_t default_port(const sip::Uri& uri) {
  const bool sips = uri.scheme == sip::Scheme::sips;
  const std::string_view transport = uri.param("transport").value_or("");
  if (sip::equals_nocase(transport, "ws")) return sips ? 443 : 80;
  return sips || sip::equals_nocase(transport, "tls") ? 5061 : 5060;
}

}  // namespace

LocalAddresses::LocalAddresses(std::vector<Listening> listening, std::vector<Endpoint> interfaces,
                               std::vector<std::string> names)
    : listening_(std::move(listening)), interfaces_(std::move(interfaces)), names_(std::move(names)) {}

bool LocalAddresses::is_ours_by_name(const sip::Uri& uri, std::uint16_t port) const {
  const bool known = std::any_of(names_.begin(), names_.end(),
                                 [&](const std::string& name) { return sip::equals_nocase(name, uri.host); });
  return known && (!uri.port || std::any_of(listening_.begin(), listening_.end(),
                                            [&](const Listening& each) { return each.local.port == port; }));
}

bool LocalAddresses::listens(const Endpoint& address, std::uint16_t port, bool known_local) const {
  return std::any_of(listening_.begin(), listening_.end(), [&](const Listening& listener) {
    if (listener.local.port != port || listener.local.v6 != address.v6) return false;
    return listener.local.same_address(address) || (listener.local.is_unspecified() && known_local);
  });
}

bool LocalAddresses::is_ours(const sip::Uri& uri, const Endpoint& arrived_at) const {
  const std::uint16_t port = uri.port.value_or(default_port(uri));
  const auto address = Endpoint::from(uri.host, port);
  if (!address) return is_ours_by_name(uri, port);
  const bool known_local = address->same_address(arrived_at) ||
                           std::any_of(interfaces_.begin(), interfaces_.end(),
                                       [&](const Endpoint& own) { return own.same_address(*address); });
  return listens(*address, port, known_local);
}

Endpoint LocalAddresses::sent_by(const Flow& flow) const {
  if (listens(flow.local, flow.local.port, true)) return flow.local;
  // Of several networks only the one that the flow is in is sure to be known at its other end.
  const auto distance = [&](const Listening& each) {
    if (each.protocol != flow.protocol || each.local.v6 != flow.local.v6) return 3;
    if (each.local.same_address(flow.local)) return 0;
    return each.local.is_unspecified() ? 1 : 2;
  };
  const auto listener = std::ranges::min_element(listening_, {}, distance);
  if (listener == listening_.end() || distance(*listener) == 3) return flow.local;
  Endpoint sent_by = listener->local.is_unspecified() ? flow.local : listener->local;
  sent_by.port = listener->local.port;
  return sent_by;
}

bool LocalAddresses::listens_over(Protocol protocol, bool v6) const {
  return std::ranges::any_of(
      listening_, [&](const Listening& each) { return each.protocol == protocol && each.local.v6 == v6; });
}

Listening LocalAddresses::for_peers(const Flow& flow) const {
  for (const Protocol protocol : {Protocol::udp, Protocol::tcp, Protocol::tls}) {
    for (const Listening& each : listening_) {
      if (each.protocol != protocol || each.local.v6 != flow.local.v6) continue;
      if (!each.local.is_unspecified() && !each.local.same_address(flow.local)) continue;
      Endpoint address = flow.local;
      address.port = each.local.port;
      return {protocol, address};
    }
  }
  return {flow.protocol, sent_by(flow)};
}

}  // namespace flowgate::proxy
