// STUN Binding on the SIP port: RFC 5626 §8, RFC 5389 and RFC 8489 and, for clients without the magic cookie,
// RFC 3489.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "flowtoken/flow.h"

namespace flowgate::stun {

// RFC 5764 §5.1.2: the first octet tells STUN (0 or 1 here) from SIP, whose first octet is never below 0x20.
inline bool looks_like_stun(std::string_view datagram) {
  return !datagram.empty() && static_cast<unsigned char>(datagram.front()) < 4;
}

inline constexpr std::size_t max_response_bytes = 128;

// The answer to one datagram (or one STUN frame of a stream): octets written to `out`, or 0 for silence.
// Answers only well-formed Binding requests; everything else (indications, responses, other methods, a wrong
// length, a FINGERPRINT that does not match) is met with silence. `remote` is the reflexive address.
// The answer is never more than three times as long as the request, so that a forged source gains little.
std::size_t respond(std::string_view datagram, const Endpoint& remote,
                    std::span<char, max_response_bytes> out);

}  // namespace flowgate::stun
