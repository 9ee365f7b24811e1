// base64url without padding: RFC 4648 §5. Its 64 characters are all `unreserved` in RFC 3261 §25.1, so the
// text stands in the user part of a SIP URI, in a tag or in a branch as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace flowgate {

constexpr std::size_t base64url_length(std::size_t octets) {
  return (octets * 8 + 5) / 6;
}

// Appends the text of `octets` to `out`.
void encode_base64url(std::span<const std::uint8_t> octets, std::string& out);

// Fills `out` from text of exactly base64url_length(out.size()) characters. Canonical: false for any other
// length or character, and when a bit that carries nothing is set (RFC 4648 §3.5), so that no two texts give
// the same octets.
[[nodiscard]] bool decode_base64url(std::string_view text, std::span<std::uint8_t> out);

}  // namespace flowgate
