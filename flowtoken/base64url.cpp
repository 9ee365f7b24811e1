#include "flowtoken/base64url.h"

#include <array>

namespace flowgate {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t no_value = 64;

constexpr auto values = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(no_value);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

}  // namespace

void encode_base64url(std::span<const std::uint8_t> octets, std::string& out) {
  const std::size_t begin = out.size();
  out.resize(begin + base64url_length(octets.size()));
  char* to = out.data() + begin;
  std::size_t at = 0;
  for (; octets.size() - at >= 3; at += 3, to += 4) {
    const unsigned bits = unsigned{octets[at]} << 16 | unsigned{octets[at + 1]} << 8 | octets[at + 2];
    to[0] = alphabet[bits >> 18];
    to[1] = alphabet[bits >> 12 & 63];
    to[2] = alphabet[bits >> 6 & 63];
    to[3] = alphabet[bits & 63];
  }
  if (at == octets.size()) return;
  const bool two = octets.size() - at == 2;
  const unsigned bits = unsigned{octets[at]} << 16 | (two ? unsigned{octets[at + 1]} << 8 : 0U);
  to[0] = alphabet[bits >> 18];
  to[1] = alphabet[bits >> 12 & 63];
  if (two) to[2] = alphabet[bits >> 6 & 63];
}

bool decode_base64url(std::string_view text, std::span<std::uint8_t> out) {
  if (text.size() != base64url_length(out.size())) return false;
  std::size_t at = 0;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const std::uint8_t value = values[static_cast<unsigned char>(c)];
    if (value == no_value) return false;
    bits = bits << 6 | value;
    count += 6;
    if (count >= 8) out[at++] = static_cast<std::uint8_t>(bits >> (count -= 8));
  }
  return (bits & ((1U << count) - 1)) == 0;
}

}  // namespace flowgate
