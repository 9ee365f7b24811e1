#include "registrar/redis/user_codec.h"

#include <charconv>

namespace flowgate::redis {
namespace {

void append(std::string& octets, std::string_view part) {
  octets += std::to_string(part.size());
  octets += ':';
  octets += part;
  octets += ',';
}

std::optional<std::string_view> cut(std::string_view& octets) {
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(octets.data(), octets.data() + octets.size(), size);
  const auto digits = static_cast<std::size_t>(end - octets.data());
  if (error != std::errc{} || digits == octets.size() || *end != ':') return std::nullopt;
  octets.remove_prefix(digits + 1);
  if (size >= octets.size() || octets[size] != ',') return std::nullopt;
  const std::string_view part = octets.substr(0, size);
  octets.remove_prefix(size + 1);
  return part;
}

}  // namespace

std::string encode_user(const registrar::User& user) {
  std::string octets;
  for (const std::string* part : {&user.ha1_md5, &user.ha1_sha256, &user.ha1_sha512_256})
    append(octets, *part);
  for (const std::string& aor : user.aors) append(octets, aor);
  return octets;
}

std::optional<registrar::User> decode_user(std::string_view name, std::string_view octets) {
  registrar::User user;
  user.name = name;
  for (std::string* part : {&user.ha1_md5, &user.ha1_sha256, &user.ha1_sha512_256}) {
    const auto value = cut(octets);
    if (!value) return std::nullopt;
    *part = *value;
  }
  while (!octets.empty()) {
    const auto aor = cut(octets);
    if (!aor) return std::nullopt;
    user.aors.emplace_back(*aor);
  }
  return user;
}

}  // namespace flowgate::redis
