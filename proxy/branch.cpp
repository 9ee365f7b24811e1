#include "proxy/branch.h"

#include <algorithm>
#include <array>

#include "sip/characters.h"
#include "sip/text.h"

namespace flowgate::proxy {
namespace {

constexpr std::size_t kSize = Branch::mark.size() + 2 + 16 + 16;

// Each octet as it is written, and the value of each digit, or -1.
constexpr auto kOctets = [] {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> table{};
  for (std::size_t octet = 0; octet < table.size(); ++octet)
    table[octet] = {digits[octet >> 4], digits[octet & 0xf]};
  return table;
}();
constexpr auto kDigits = [] {
  std::array<std::int8_t, 256> table{};
  for (std::size_t c = 0; c < table.size(); ++c)
    table[c] = static_cast<std::int8_t>(sip::hex_value(static_cast<char>(c)));
  return table;
}();

// Writes the last `octets` of the value, two digits each; returns where they end.
char* write_hex(std::uint64_t value, std::size_t octets, char* out) {
  while (octets-- > 0) out = std::ranges::copy(kOctets[value >> (8 * octets) & 0xff], out).out;
  return out;
}

bool read_hex(std::string_view text, std::uint64_t& value) {
  bool valid = true;
  for (const char c : text) {
    const std::int8_t digit = kDigits[static_cast<unsigned char>(c)];
    valid = valid && digit >= 0;
    value = value << 4 | static_cast<std::uint64_t>(digit & 0xf);
  }
  return valid;
}

}  // namespace

std::string Branch::text() const {
  std::string out(kSize, '0');
  char* end = std::copy(mark.begin(), mark.end(), out.data());
  end = write_hex(shard, 1, end);
  end = write_hex(id, 8, end);
  write_hex(loop_hash, 8, end);
  return out;
}

std::optional<Branch> Branch::parse(std::string_view text) {
  if (text.size() != kSize || !sip::equals_nocase(text.substr(0, mark.size()), mark)) return std::nullopt;
  text.remove_prefix(mark.size());
  std::uint64_t shard = 0;
  Branch branch;
  if (!read_hex(text.substr(0, 2), shard) || !read_hex(text.substr(2, 16), branch.id) ||
      !read_hex(text.substr(18, 16), branch.loop_hash)) {
    return std::nullopt;
  }
  branch.shard = static_cast<std::uint8_t>(shard);
  return branch;
}

std::optional<unsigned> shard_of_response(std::string_view text) {
  if (!text.starts_with("SIP/2.0 ")) return std::nullopt;
  const std::size_t begin = text.find(Branch::mark);
  const auto branch = begin == text.npos ? std::nullopt : Branch::parse(text.substr(begin, kSize));
  return branch ? std::optional<unsigned>{branch->shard} : std::nullopt;
}

}  // namespace flowgate::proxy
