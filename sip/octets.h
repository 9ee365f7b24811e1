// Eight octets of text at a time.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace flowgate::sip {

using Octets = std::uint64_t;

// As it stands in memory. `text`: eight octets that may be read.
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

}  // namespace flowgate::sip
