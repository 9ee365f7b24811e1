// PROXY protocol headers as a load balancer writes them.
#pragma once

#include <string>
#include <string_view>

#include "flowtoken/flow.h"

namespace flowgate::transport {

inline const std::string proxy_signature{"\r\n\r\n\0\r\nQUIT\n", 12};

inline std::string two_octets(std::size_t number) {
  return {static_cast<char>(number >> 8), static_cast<char>(number)};
}

// `command`: version and command; `family`: address family and transport protocol.
inline std::string proxy_header(unsigned command, unsigned family, const std::string& block = "") {
  return proxy_signature + static_cast<char>(command) + static_cast<char>(family) + two_octets(block.size()) +
         block;
}

inline std::string proxy_vector(unsigned type, std::string_view value) {
  return static_cast<char>(type) + two_octets(value.size()) + std::string(value);
}

// Source and destination, of one family.
inline std::string address_block(const Endpoint& source, const Endpoint& destination) {
  const auto octets = [](const Endpoint& endpoint) {
    return std::string(endpoint.ip.begin(), endpoint.ip.begin() + (endpoint.v6 ? 16 : 4));
  };
  return octets(source) + octets(destination) + two_octets(source.port) + two_octets(destination.port);
}

// As of a TCP connection from `source`, with vectors or nothing behind the addresses.
inline std::string tcp_proxy_header(const Endpoint& source, const std::string& vectors = "") {
  const Endpoint destination = *Endpoint::from(source.v6 ? "2001:db8::5060" : "203.0.113.60", 5060);
  return proxy_header(0x21, source.v6 ? 0x21 : 0x11, address_block(source, destination) + vectors);
}

}  // namespace flowgate::transport
