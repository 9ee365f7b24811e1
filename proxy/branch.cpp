#include "proxy/branch.h"

#include <algorithm>
#include <charconv>

#include "sip/text.h"

namespace flowgate::proxy {
namespace {

constexpr std::size_t kSize = Branch::mark.size() + 2 + 16 + 16;

// Writes `digits` of them; returns where they end.
char* write_hex(std::uint64_t value, std::size_t digits, char* out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (std::size_t i = digits; i > 0; value >>= 4) out[--i] = kDigits[value & 0xf];
  return out + digits;
}

bool read_hex(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string Branch::text() const {
  std::string out(kSize, '0');
  char* end = std::copy(mark.begin(), mark.end(), out.data());
  end = write_hex(shard, 2, end);
  end = write_hex(id, 16, end);
  write_hex(loop_hash, 16, end);
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
