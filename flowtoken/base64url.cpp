#include "flowtoken/base64url.h"

#include <array>

namespace flowgate {
namespace {

constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t no_value = 64;

constexpr auto values = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(no_value);
  for (std::size_t i = 0; i < 64; ++i) {
    table[static_cast<unsigned char>(digits[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

}  // namespace

void encode_base64url(std::span<const std::uint8_t> octets, std::string& out) {
  const std::size_t begin = out.size();
  out.resize(begin + base64url_length(octets.size()));
  char* to = out.data() + begin;
  const std::uint8_t* at = octets.data();
  const std::uint8_t* const end = at + octets.size();
  for (; end - at >= 3; at += 3, to += 4) {
    const unsigned bits = unsigned{at[0]} << 16 | unsigned{at[1]} << 8 | at[2];
    to[0] = digits[bits >> 18];
    to[1] = digits[bits >> 12 & 63];
    to[2] = digits[bits >> 6 & 63];
    to[3] = digits[bits & 63];
  }
  if (at == end) return;
  const bool two = end - at == 2;
  const unsigned bits = unsigned{at[0]} << 16 | (two ? unsigned{at[1]} << 8 : 0U);
  to[0] = digits[bits >> 18];
  to[1] = digits[bits >> 12 & 63];
  if (two) to[2] = digits[bits >> 6 & 63];
}

bool decode_base64url(std::string_view text, std::span<std::uint8_t> out) {
  if (text.size() != base64url_length(out.size())) return false;
  const auto value = [at = text.data()](std::size_t i) {
    return unsigned{values[static_cast<unsigned char>(at[i])]};
  };
  // Bit 6 is set in what is no digit, and stays so in `seen`.
  unsigned seen = 0;
  std::uint8_t* to = out.data();
  std::size_t at = 0;
  for (; text.size() - at >= 4; at += 4, to += 3) {
    const unsigned a = value(at), b = value(at + 1), c = value(at + 2), d = value(at + 3);
    seen |= a | b | c | d;
    to[0] = static_cast<std::uint8_t>(a << 2 | b >> 4);
    to[1] = static_cast<std::uint8_t>(b << 4 | c >> 2);
    to[2] = static_cast<std::uint8_t>(c << 6 | d);
  }
  if (at != text.size()) {
    const unsigned a = value(at), b = value(at + 1);
    const bool three = text.size() - at == 3;
    const unsigned c = three ? value(at + 2) : 0U;
    // What carries nothing is 0.
    if ((three ? c & 3 : b & 15) != 0) return false;
    seen |= a | b | c;
    to[0] = static_cast<std::uint8_t>(a << 2 | b >> 4);
    if (three) to[1] = static_cast<std::uint8_t>(b << 4 | c >> 2);
  }
  return (seen & no_value) == 0;
}

}  // namespace flowgate
