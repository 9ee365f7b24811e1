// An Endpoint as the socket calls want it.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "flowtoken/flow.h"

namespace flowgate::transport {

struct SocketAddress {
  union {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
  };

  SocketAddress() : v6{} {}
  explicit SocketAddress(const Endpoint& endpoint);

  socklen_t size() const { return any.sa_family == AF_INET6 ? sizeof(v6) : sizeof(v4); }
  // An IPv4-mapped IPv6 address becomes IPv4.
  Endpoint endpoint() const;
};

Endpoint endpoint_of(const in_addr& address, std::uint16_t port);
Endpoint endpoint_of(const in6_addr& address, std::uint16_t port);
in_addr in_addr_of(const Endpoint& endpoint);
in6_addr in6_addr_of(const Endpoint& endpoint);

}  // namespace flowgate::transport
