#include "transport/socket_address.h"

#include <arpa/inet.h>

#include <cstring>

namespace flowgate::transport {

SocketAddress::SocketAddress(const Endpoint& endpoint) : v6{} {
  if (endpoint.v6) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    v6.sin6_addr = in6_addr_of(endpoint);
  } else {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    v4.sin_addr = in_addr_of(endpoint);
  }
}

Endpoint SocketAddress::endpoint() const {
  return any.sa_family == AF_INET6 ? endpoint_of(v6.sin6_addr, ntohs(v6.sin6_port))
                                   : endpoint_of(v4.sin_addr, ntohs(v4.sin_port));
}

Endpoint endpoint_of(const in_addr& address, std::uint16_t port) {
  Endpoint endpoint;
  std::memcpy(endpoint.ip.data(), &address, sizeof address);
  endpoint.port = port;
  return endpoint;
}

Endpoint endpoint_of(const in6_addr& address, std::uint16_t port) {
  Endpoint endpoint;
  endpoint.port = port;
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    std::memcpy(endpoint.ip.data(), &address.s6_addr[12], 4);
  } else {
    std::memcpy(endpoint.ip.data(), &address, sizeof address);
    endpoint.v6 = true;
  }
  return endpoint;
}

in_addr in_addr_of(const Endpoint& endpoint) {
  in_addr address{};
  std::memcpy(&address, endpoint.ip.data(), sizeof address);
  return address;
}

in6_addr in6_addr_of(const Endpoint& endpoint) {
  in6_addr address{};
  std::memcpy(&address, endpoint.ip.data(), sizeof address);
  return address;
}

}  // namespace flowgate::transport
