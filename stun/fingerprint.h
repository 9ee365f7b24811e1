// FINGERPRINT: RFC 5389 §15.5, the CRC-32 of ITU V.42 over the message up to the attribute, XOR'ed with
// "STUN".
#pragma once

#include <cstdint>
#include <string_view>

namespace flowgate::stun {

// Of all octets of a message before its FINGERPRINT attribute; the length in the header already counts it.
std::uint32_t fingerprint(std::string_view message) noexcept;

}  // namespace flowgate::stun
