// Eight octets of text at a time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace flowgate::sip {

using Octets = std::uint64_t;
static_assert(std::endian::native == std::endian::little, "the first octet is the lowest");

// `text`: eight octets that may be read.
inline Octets octets_at(const char* text) {
  Octets octets;
  std::memcpy(&octets, text, sizeof octets);
  return octets;
}

// The same octet eight times.
constexpr Octets all_of(unsigned char octet) {
  return octet * Octets{0x0101010101010101};
}

// Not 0 when one of the octets is below ' '; 0 when none is.
constexpr Octets below_space(Octets octets) {
  return (octets - all_of(' ')) & ~octets & all_of(0x80);
}

// Not 0 when one of the octets is `c`, which is ASCII.
constexpr Octets matches(Octets octets, char c) {
  const Octets other = octets ^ all_of(static_cast<unsigned char>(c));
  return (other - all_of(1)) & ~other & all_of(0x80);
}

// Which of the octets is the first that below_space, matches or controls speaks of. `found` is not 0.
constexpr std::size_t first_of(Octets found) {
  return static_cast<std::size_t>(std::countr_zero(found)) / 8;
}

// All of CTL (RFC 3261 §25.1).
constexpr bool is_control(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return octet < 0x20 || octet == 0x7f;
}

// Not 0 when one of the octets is such a one. Also when '~' stands behind 0xff: for one more, which makes
// 0x80 of DEL, then makes that of it, too.
constexpr Octets controls(Octets octets) {
  return ((octets - all_of(' ')) | (octets + all_of(1))) & ~octets & all_of(0x80);
}

// The offset of the first of those in `text` from `at` on, or the text's size.
inline std::size_t find_control(std::string_view text, std::size_t at) {
  for (std::size_t words = (text.size() - at) / sizeof(Octets); words > 0; --words) {
    const Octets found = controls(octets_at(text.data() + at));
    if (found != 0) {
      at += first_of(found);
      break;
    }
    at += sizeof(Octets);
  }
  while (at < text.size() && !is_control(text[at])) ++at;
  return at;
}

}  // namespace flowgate::sip
