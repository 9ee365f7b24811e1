#include "proxy/server/dns_resolver.h"

#include <utility>

namespace flowgate::server {

void DnsResolver::resolve(const sip::Uri& uri, Resolved done) {
  next_hops_.resolve(uri, [this, done = std::move(done)](std::vector<dns::NextHop> next_hops) {
    std::vector<proxy::NextHop> hops;
    hops.reserve(next_hops.size());
    for (dns::NextHop& hop : next_hops) {
      hops.push_back({hop.protocol, hop.address, std::move(hop.tls_name)});
    }
    before_();
    done(std::move(hops));
    after_();
  });
}

void DnsResolver::failed(const proxy::NextHop& hop) {
  next_hops_.failed({hop.protocol, hop.address, hop.tls_name});
}

bool DnsResolver::is_set_aside(const proxy::NextHop& hop) {
  return next_hops_.is_set_aside({hop.protocol, hop.address, {}});
}

}  // namespace flowgate::server
