#include "conf/users.h"

#include <fmt/format.h>

#include <algorithm>

#include "sip/text.h"

namespace flowgate::conf {

namespace {

std::string read_hash(const Section& section, std::string_view key, std::size_t digits) {
  const auto value = section.find(key);
  if (!value) return {};
  const std::string what = fmt::format("{} hexadecimal digits", digits);
  std::string hash = sip::to_lower(value->text(what));
  if (hash.size() != digits || hash.find_first_not_of("0123456789abcdef") != std::string::npos)
    value->expected(what);
  return hash;
}

Secret read_secret(const Value& value) {
  if (value.node().kind == Node::Kind::scalar) return {value.text("a password"), {}, {}};
  if (value.node().kind != Node::Kind::mapping)
    value.expected("a password, or {ha1-md5: ..., ha1-sha256: ...}");
  const Section section(value, {"ha1-md5", "ha1-sha256"});
  Secret secret{{}, read_hash(section, "ha1-md5", 32), read_hash(section, "ha1-sha256", 64)};
  if (secret.ha1_md5.empty() && secret.ha1_sha256.empty())
    value.refuse("expected ha1-md5, ha1-sha256 or both");
  return secret;
}

const std::string& read_name(const Node& key, const std::vector<std::string>& domains) {
  const Value value(key, "");
  const std::string& name = value.text("a user name");
  const std::string_view host = std::string_view(name).substr(name.rfind('@') + 1);
  const bool is_aor = host.size() < name.size() &&
                      std::any_of(domains.begin(), domains.end(),
                                  [&](const auto& domain) { return sip::equals_nocase(domain, host); });
  if (is_aor) value.expected("only the user part of the address-of-record");
  return name;
}

}  // namespace

Users::Users(const std::filesystem::path& file, const std::vector<std::string>& domains) {
  const Document document(file);
  const Node& root = document.root();
  if (root.kind != Node::Kind::mapping) Value(root, "").expected("a mapping of user names to passwords");
  for (std::size_t i = 0; i < root.items.size(); i += 2) {
    const std::string& name = read_name(root.items[i], domains);
    secrets_.emplace(name, read_secret(Value(root.items[i + 1], in_quotes(name)).secret()));
  }
}

std::set<std::string, std::less<>> Users::names() const {
  std::set<std::string, std::less<>> names;
  for (const auto& [name, secret] : secrets_) names.insert(names.end(), name);
  return names;
}

}  // namespace flowgate::conf
