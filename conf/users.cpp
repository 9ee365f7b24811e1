#include "conf/users.h"

#include <fmt/format.h>

#include <algorithm>

#include "conf/user_name.h"
#include "sip/gruu_user.h"
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

std::vector<std::string> read_aors(const Section& section, const std::vector<std::string>& domains) {
  const auto value = section.find("aors");
  if (!value) return {};
  std::vector<std::string> aors;
  constexpr std::string_view expected = "an address-of-record of the domains, such as sales@example.com";
  for (const Value& item : value->list("a list of addresses-of-record, such as [sales@example.com]")) {
    auto aor = aor_from(item.text(expected), domains);
    if (!aor) item.expected(expected);
    if (sip::is_user_of_encrypted_gruu(*aor)) item.expected(expected_no_gruu);
    aors.push_back(std::move(*aor));
  }
  return aors;
}

Secret read_secret(const Value& value, const std::vector<std::string>& domains) {
  if (value.node().kind == Node::Kind::scalar) return {value.text("a password"), {}, {}, {}, {}};
  if (value.node().kind != Node::Kind::mapping)
    value.expected("a password, or {ha1-md5: ..., ha1-sha256: ...}");
  const Section section(value, {"password", "ha1-md5", "ha1-sha256", "ha1-sha512-256", "aors"});
  const auto password = section.find("password");
  Secret secret{password ? password->text("a password") : std::string(), read_hash(section, "ha1-md5", 32),
                read_hash(section, "ha1-sha256", 64), read_hash(section, "ha1-sha512-256", 64),
                read_aors(section, domains)};
  const bool hashed = !secret.ha1_md5.empty() || !secret.ha1_sha256.empty() || !secret.ha1_sha512_256.empty();
  if (hashed == password.has_value()) value.refuse("expected either a password or hashes of it");
  return secret;
}

const std::string& read_name(const Node& key, const std::vector<std::string>& domains) {
  const Value value(key, "");
  const std::string& name = value.text("a user name");
  if (const auto expected = expected_name(name, domains)) value.expected(*expected);
  return name;
}

}  // namespace

Users::Users(const std::filesystem::path& file, const std::vector<std::string>& domains) {
  const Document document(file);
  const Node& root = document.root();
  if (root.kind != Node::Kind::mapping) Value(root, "").expected("a mapping of user names to passwords");
  for (std::size_t i = 0; i < root.items.size(); i += 2) {
    const std::string& name = read_name(root.items[i], domains);
    Secret secret = read_secret(Value(root.items[i + 1], in_quotes(name)).secret(), domains);
    secret.aors = further_aors(name, secret.aors);
    secrets_.emplace(name, std::move(secret));
  }
  check_aors(root);
}

// Whose an AOR is must not hang on who comes first.
void Users::check_aors(const Node& root) const {
  std::set<std::string_view> taken;
  for (std::size_t i = 0; i < root.items.size(); i += 2) {
    const Node& key = root.items[i];
    for (const std::string& aor : secrets_.at(key.text).aors) {
      const bool named = secrets_.contains(std::string_view(aor).substr(0, aor.rfind('@')));
      if (named || !taken.insert(aor).second)
        Value(key, in_quotes(key.text)).refuse(in_quotes(aor) + " is another user's");
    }
  }
}

bool Users::can_answer(const std::vector<DigestAlgorithm>& algorithms) const {
  return std::ranges::any_of(algorithms, [this](DigestAlgorithm algorithm) {
    return std::ranges::all_of(secrets_, [algorithm](const auto& user) {
      const Secret& secret = user.second;
      const std::string& hash = algorithm == DigestAlgorithm::md5      ? secret.ha1_md5
                                : algorithm == DigestAlgorithm::sha256 ? secret.ha1_sha256
                                                                       : secret.ha1_sha512_256;
      return !secret.password.empty() || !hash.empty();
    });
  });
}

std::set<std::string, std::less<>> Users::names() const {
  std::set<std::string, std::less<>> names;
  for (const auto& [name, secret] : secrets_) names.insert(names.end(), name);
  return names;
}

}  // namespace flowgate::conf
