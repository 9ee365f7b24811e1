#include "proxy/notifier_contact.h"

#include <charconv>
#include <string_view>

#include "proxy/network.h"

namespace flowgate::proxy {
namespace {

constexpr std::string_view kPrefix = "reg-";
constexpr std::size_t kShardDigits = 2, kIdDigits = 16;

void append_hex(std::string& out, std::uint64_t value, std::size_t digits) {
  static constexpr char kDigits[] = "0123456789abcdef";
  while (digits-- > 0) out += kDigits[value >> 4 * digits & 0xf];
}

std::optional<std::uint64_t> read_hex(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string NotifierContact::uri(const LocalAddresses& local, const Flow& flow, bool sips) const {
  // On a side without TLS a sips URI would name a port where nobody speaks it.
  sips = sips && is_secure(flow.protocol);
  std::string uri{sips ? "sips:" : "sip:"};
  uri += kPrefix;
  append_hex(uri, shard, kShardDigits);
  uri += '-';
  append_hex(uri, id, kIdDigits);
  uri += '@';
  uri += local.sent_by(flow).text();
  append_transport(flow.protocol, sips, uri);
  return uri += ";gr";
}

std::optional<NotifierContact> NotifierContact::parse(const sip::Uri& uri) {
  std::string_view user = uri.user;
  if (!uri.is_sip() || !uri.params.has("gr") || !user.starts_with(kPrefix)) return std::nullopt;
  user.remove_prefix(kPrefix.size());
  if (user.size() != kShardDigits + 1 + kIdDigits || user[kShardDigits] != '-') return std::nullopt;
  const auto shard = read_hex(user.substr(0, kShardDigits));
  const auto id = read_hex(user.substr(kShardDigits + 1));
  if (!shard || !id) return std::nullopt;
  return NotifierContact{static_cast<std::uint8_t>(*shard), *id};
}

}  // namespace flowgate::proxy
