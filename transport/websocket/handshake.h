// The opening handshake of a WebSocket connection that carries SIP: RFC 6455 §4.2, RFC 7118 §4.1.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace flowgate::transport {

// The origins whose scripts may connect (RFC 6454 §6.2, such as "https://phone.example.com"), in lower case.
// Empty: all may. Where it is not, a client that names none, and so is no browser, needs `no_origin` in it.
using Origins = std::set<std::string, std::less<>>;
inline constexpr std::string_view no_origin = "none";

// The size of the request in front of `octets` with its empty line, 0 while that has not come. `scanned`:
// octets that need not be searched again; 0 at first.
std::size_t handshake_size(std::string_view octets, std::size_t& scanned);

struct HandshakeAnswer {
  bool accepted = false;
  std::string text;  // 101, or an HTTP error that says what is wrong; then the connection is to be closed
};

// `request`: whole, with its empty line.
HandshakeAnswer answer_handshake(std::string_view request, const Origins& origins);

// The answer to a request that is too large (RFC 6585 §5).
std::string request_too_large();

}  // namespace flowgate::transport
