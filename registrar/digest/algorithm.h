// The hash algorithms of digest authentication: RFC 7616 §6.1, RFC 8760 §2.1.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace flowgate::digest {

enum class Algorithm : std::uint8_t { md5, sha256, sha512_256 };
inline constexpr std::size_t algorithm_count = 3;

// The token of the `algorithm` parameter.
std::string_view algorithm_name(Algorithm algorithm);
// In any case; "" is MD5 (RFC 7616 §3.4). Nothing for those that we do not know, the -sess forms among them.
std::optional<Algorithm> algorithm_from(std::string_view name);

// Of the hash, in hexadecimal digits.
constexpr std::size_t hex_digits(Algorithm algorithm) {
  return algorithm == Algorithm::md5 ? 32 : 64;
}

}  // namespace flowgate::digest
