#include "conf/registrar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <system_error>
#include <variant>

#include "sip/uri.h"

namespace flowgate::conf {

namespace {

using std::chrono::seconds;

constexpr std::uint32_t most_seconds = 0xffffffff;  // delta-seconds, RFC 3261 §20.19

std::string read_node(const Section& section) {
  constexpr std::string_view expected =
      "a SIP URI of this host without a user, such as sip:10.0.0.1:5060 or "
      "\"sip:10.0.0.1:5060;transport=tcp\"";
  const auto value = section.find("node");
  if (!value) return {};
  const auto uri = sip::Uri::parse(value->text(expected));
  if (!uri || !uri->is_sip() || uri->has_user || !uri->headers.empty()) value->expected(expected);
  return std::string(uri->text);
}

void read_users(const Section& section, const std::vector<std::string>& domains,
                const std::filesystem::path& folder, Registrar& registrar) {
  const auto value = section.find("users");
  if (!value) return;
  registrar.users_file = value->path(folder);
  std::error_code ignored;
  if (!std::filesystem::exists(registrar.users_file, ignored))
    value->refuse(fmt::format("{}: no such file", registrar.users_file.string()));
  registrar.users.emplace(registrar.users_file, domains);
}

void check_digest(const Section& section, const Registrar& registrar) {
  if (registrar.digest.authentication == Authentication::none) return;
  if (!registrar.users && std::holds_alternative<MemoryStore>(registrar.store)) {
    section.refuse(
        "authentication",
        "digest needs to know the users: expected registrar.users, a file of them, or a store that "
        "keeps them");
  }
  if (registrar.users && !registrar.users->can_answer(registrar.digest.algorithms)) {
    section.refuse("algorithms",
                   "none of them can be answered by all users: some have only hashes of others");
  }
}

void read_expires(const Section& section, Registrar& registrar) {
  const auto given = [&](std::string_view key, std::uint32_t least) -> std::optional<seconds> {
    const auto value = section.find(key);
    if (!value) return std::nullopt;
    return seconds(value->number(least, most_seconds));
  };
  const auto min = given("min_expires", 0);
  const auto preset = given("default_expires", 1);
  const auto max = given("max_expires", 1);
  if (min && max && *min > *max) section.refuse("min_expires", "expected no more than max_expires");
  if (min && preset && *min > *preset) section.refuse("default_expires", "expected no less than min_expires");
  if (max && preset && *preset > *max) section.refuse("default_expires", "expected no more than max_expires");

  const seconds longest_given = std::max(min.value_or(seconds(0)), preset.value_or(seconds(0)));
  registrar.max_expires = max.value_or(std::max(registrar.max_expires, longest_given));
  registrar.min_expires = min.value_or(
      std::min({registrar.min_expires, preset.value_or(registrar.max_expires), registrar.max_expires}));
  registrar.default_expires =
      preset.value_or(std::clamp(registrar.default_expires, registrar.min_expires, registrar.max_expires));
}

}  // namespace

Registrar read_registrar(const Section& top, const std::vector<std::string>& domains,
                         const std::filesystem::path& folder) {
  const Section section =
      top.section("registrar", {"store", "redis", "node", "authentication", "realm", "algorithms", "users",
                                "nonce_seconds", "backoff", "default_expires", "min_expires", "max_expires"});
  Registrar registrar;
  registrar.store = read_store(section, folder);
  registrar.node = read_node(section);
  registrar.digest = read_digest(section, domains);
  read_users(section, domains, folder, registrar);
  check_digest(section, registrar);
  read_expires(section, registrar);
  return registrar;
}

}  // namespace flowgate::conf
