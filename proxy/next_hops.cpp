#include "proxy/next_hops.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace flowgate::proxy {
namespace {

// RFC 3261 §18.1.1: "within 200 bytes of the path MTU, or [...] larger than 1300 bytes and the path MTU is
// unknown".
constexpr std::size_t kMaxUdpOctets = 1300;

bool may_reach(const Endpoint& address, bool loopback) {
  if (address.is_unspecified() || address.is_multicast()) return false;
  return loopback || !address.is_loopback();
}

// §18.1.1: a request of that size goes over TCP; not from where nobody listens for TCP: what comes back, and
// the requests of the dialog, would find nobody.
std::vector<NextHop> usable(const CoreParts& parts, const std::vector<NextHop>& hops, bool loopback,
                            bool too_long_for_udp) {
  std::vector<NextHop> usable;
  for (const NextHop& hop : hops) {
    if (!may_reach(hop.address, loopback)) continue;
    if (hop.protocol == Protocol::udp && too_long_for_udp &&
        parts.local.listens_over(Protocol::tcp, hop.address.v6))
      usable.push_back({Protocol::tcp, hop.address, hop.tls_name});
    usable.push_back(hop);
  }
  if (usable.size() > 1) {
    std::stable_partition(usable.begin(), usable.end(),
                          [&parts](const NextHop& hop) { return !parts.resolver.is_set_aside(hop); });
  }
  return usable;
}

void connect_from(CoreParts& parts, const std::shared_ptr<const std::vector<NextHop>>& hops,
                  std::size_t index, Network::Connected done) {
  if (index == hops->size()) return done(make_error_code(boost::system::errc::host_unreachable));
  const NextHop& hop = (*hops)[index];
  parts.network.connect(hop, [&parts, hops, index, done = std::move(done)](boost::system::result<Flow> flow) {
    if (flow) return done(flow);
    parts.resolver.failed((*hops)[index]);
    connect_from(parts, hops, index + 1, done);
  });
}

}  // namespace

void find_next_hops(CoreParts& parts, std::string_view text, bool loopback, std::size_t octets,
                    std::function<void(std::vector<NextHop>)> done) {
  const auto uri = sip::Uri::parse(text);
  if (!uri || !uri->is_sip()) return done({});
  const bool too_long = octets > kMaxUdpOctets;
  if (const auto hop = literal_next_hop(*uri)) return done(usable(parts, {*hop}, loopback, too_long));
  parts.resolver.resolve(
      *uri, [&parts, loopback, too_long, done = std::move(done)](const std::vector<NextHop>& hops) {
        done(usable(parts, hops, loopback, too_long));
      });
}

std::vector<NextHop> hops_of_peer(const std::vector<NextHop>& hops, const Flow& peer) {
  std::vector<NextHop> own;
  for (const NextHop& hop : hops) {
    if (hop.address.same_address(peer.remote)) own.push_back(hop);
  }
  return own;
}

void connect_first(CoreParts& parts, std::vector<NextHop> hops, Network::Connected done) {
  connect_from(parts, std::make_shared<const std::vector<NextHop>>(std::move(hops)), 0, std::move(done));
}

}  // namespace flowgate::proxy
