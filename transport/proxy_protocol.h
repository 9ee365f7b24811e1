// Version 2 of the PROXY protocol ("The PROXY protocol" of haproxy, §2.2): with this header, in front of all
// else on a connection, a load balancer says for whom it made the connection.
//
//   octets 0-11   signature
//   octet 12      version and command
//   octet 13      address family and transport protocol
//   octets 14-15  length of what follows
//   then          source address, destination address, source port, destination port
//   then          type-length-value vectors
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "flowtoken/flow.h"

namespace flowgate::transport {

inline constexpr std::size_t proxy_fixed_bytes = 16;
// §2: a sender keeps the header below the smallest TCP segment that every host takes (RFC 879).
inline constexpr std::size_t max_proxy_header_bytes = 536;

enum class ProxyHeaderKind : std::uint8_t {
  need_more,  // nothing whole yet: `size` octets say more, none of them behind the header
  broken,     // no header, version 1, malformed or over the maximum: close the connection
  local,      // `size` octets; the peer speaks for itself, or for somebody who has no TCP address
  proxied,    // `size` octets; the peer speaks for `source`
};

struct ProxyHeader {
  ProxyHeaderKind kind = ProxyHeaderKind::need_more;
  std::size_t size = 0;
  Endpoint source{};
};

// Looks at the front of `octets`. What can be no header is broken at its first wrong octet.
ProxyHeader read_proxy_header(std::string_view octets);

}  // namespace flowgate::transport
