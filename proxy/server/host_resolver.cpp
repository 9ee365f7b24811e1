#include "proxy/server/host_resolver.h"

namespace flowgate::server {

void HostResolver::resolve(const sip::Uri& uri, Resolved done) {
  const auto protocol = proxy::protocol_for(uri);
  if (!protocol) return done({});
  const std::uint16_t port = uri.port.value_or(*protocol == Protocol::tls ? 5061 : 5060);
  const std::string name(uri.host);
  resolver_.async_resolve(
      name, "",
      [protocol = *protocol, port, name, done = std::move(done)](
          boost::system::error_code error, boost::asio::ip::tcp::resolver::results_type results) {
        std::vector<proxy::NextHop> hops;
        if (!error) {
          for (const auto& entry : results) {
            const auto address = Endpoint::from(entry.endpoint().address().to_string(), port);
            if (address) hops.push_back({protocol, *address, name});
          }
        }
        done(std::move(hops));
      });
}

}  // namespace flowgate::server
