#include "proxy/branch.h"

#include <charconv>

#include "sip/text.h"

namespace flowgate::proxy {
namespace {

constexpr std::string_view kPrefix = "z9hG4bKfg";
constexpr std::size_t kSize = kPrefix.size() + 2 + 16 + 16;

void append_hex(std::string& out, std::uint64_t value, int digits) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += kDigits[(value >> shift) & 0xf];
}

bool read_hex(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string Branch::text() const {
  std::string out;
  out.reserve(kSize);
  out += kPrefix;
  append_hex(out, shard, 2);
  append_hex(out, id, 16);
  append_hex(out, loop_hash, 16);
  return out;
}

std::optional<Branch> Branch::parse(std::string_view text) {
  if (text.size() != kSize || !sip::equals_nocase(text.substr(0, kPrefix.size()), kPrefix))
    return std::nullopt;
  text.remove_prefix(kPrefix.size());
  std::uint64_t shard = 0;
  Branch branch;
  if (!read_hex(text.substr(0, 2), shard) || !read_hex(text.substr(2, 16), branch.id) ||
      !read_hex(text.substr(18, 16), branch.loop_hash)) {
    return std::nullopt;
  }
  branch.shard = static_cast<std::uint8_t>(shard);
  return branch;
}

}  // namespace flowgate::proxy
