#include "proxy/node.h"

namespace flowgate::proxy {

TokenKeys token_keys_of(const Node& node, const TokenKeys& keys) {
  return node.name.empty() ? keys : keys.of("flow tokens of " + node.name);
}

std::string route_to(const Node& node, const LocalAddresses& local, const Flow& flow,
                     std::string_view token) {
  std::string route = "<";
  if (!node.uri.empty()) {
    const auto colon = node.uri.find(':') + 1;
    route += node.uri.substr(0, colon);
    ((route += token) += '@') += node.uri.substr(colon);
  } else {
    const Listening peers = local.for_peers(flow);
    ((route += "sip:") += token) += '@';
    route += peers.local.text();
    if (peers.protocol != Protocol::udp) (route += ";transport=") += uri_name(peers.protocol);
  }
  return route += ";lr>";
}

}  // namespace flowgate::proxy
