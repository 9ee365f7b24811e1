#include "flowtoken/base64url.h"

#include <algorithm>
#include <array>
#include <boost/endian/conversion.hpp>
#include <cstring>

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

// Sixteen characters at a time, of twelve octets.
constexpr std::size_t chunk_octets = 12, chunk_size = 16;
using Chunk = char __attribute__((vector_size(chunk_size)));

// Eight times six bits, from six octets: each in an octet of its own.
std::uint64_t spread(const std::uint8_t* octets) {
  std::uint64_t bits = boost::endian::load_big_u48(octets);
  bits = (bits & 0xffffff000000) << 8 | (bits & 0xffffff);
  bits = (bits & 0xfff00000fff000) << 4 | (bits & 0xfff00000fff);
  bits = (bits & 0xfc00fc00fc00fc0) << 2 | (bits & 0x3f003f003f003f);
  return boost::endian::native_to_big(bits);
}

// digits[value] of each: how far that is from the value changes from one run of the alphabet to the next.
Chunk digits_of(Chunk values) {
  const Chunk distance = 'A' + ((values > 25) & ('a' - 'Z' - 1)) - ((values > 51) & ('z' - '0' + 1)) -
                         ((values > 61) & ('9' - '-' + 1)) + ((values > 62) & ('_' - '-' - 1));
  return values + distance;
}

void encode_chunk(const std::uint8_t* octets, char* to) {
  const std::uint64_t values[] = {spread(octets), spread(octets + 6)};
  Chunk chunk;
  std::memcpy(&chunk, values, chunk_size);
  chunk = digits_of(chunk);
  std::memcpy(to, &chunk, chunk_size);
}

}  // namespace

void encode_base64url(std::span<const std::uint8_t> octets, std::string& out) {
  const std::size_t begin = out.size();
  out.resize(begin + base64url_length(octets.size()));
  char* to = out.data() + begin;
  for (; octets.size() >= chunk_octets; octets = octets.subspan(chunk_octets), to += chunk_size)
    encode_chunk(octets.data(), to);
  if (octets.empty()) return;
  std::array<std::uint8_t, chunk_octets> last{};
  std::ranges::copy(octets, last.begin());
  std::array<char, chunk_size> text;
  encode_chunk(last.data(), text.data());
  std::copy_n(text.begin(), base64url_length(octets.size()), to);
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
