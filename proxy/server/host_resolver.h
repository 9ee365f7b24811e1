// Host names to addresses, by the system's resolver (A and AAAA; RFC 3263 §4.2 for a URI with a port or
// without SRV records).
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "proxy/network.h"

namespace flowgate::server {

class HostResolver final : public proxy::Resolver {
 public:
  explicit HostResolver(boost::asio::io_context& context) : resolver_(context) {}
  void resolve(const sip::Uri& uri, Resolved done) override;

 private:
  boost::asio::ip::tcp::resolver resolver_;
};

}  // namespace flowgate::server
