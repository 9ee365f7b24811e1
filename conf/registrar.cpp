#include "conf/registrar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <system_error>

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

Authentication read_authentication(const Section& section) {
  const auto value = section.find("authentication");
  if (value && value->text("none") != "none") value->refuse("only 'none' is available in this version");
  return Authentication::none;
}

std::vector<DigestAlgorithm> read_algorithms(const Section& section) {
  const auto value = section.find("algorithms");
  if (!value) return {DigestAlgorithm::sha256, DigestAlgorithm::md5};
  std::vector<DigestAlgorithm> algorithms;
  for (const Value& item : value->list("a list of SHA-256 and MD5")) {
    const std::string& name = item.text("SHA-256 or MD5");
    if (name != "SHA-256" && name != "MD5") item.expected("SHA-256 or MD5");
    const auto algorithm = name == "MD5" ? DigestAlgorithm::md5 : DigestAlgorithm::sha256;
    if (std::find(algorithms.begin(), algorithms.end(), algorithm) != algorithms.end()) {
      item.refuse(in_quotes(name) + " stands twice");
    }
    algorithms.push_back(algorithm);
  }
  return algorithms;
}

std::optional<Users> read_users(const Section& section, const std::vector<std::string>& domains,
                                const std::filesystem::path& folder) {
  const auto value = section.find("users");
  if (!value) return std::nullopt;
  const std::filesystem::path file = value->path(folder);
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) value->refuse(fmt::format("{}: no such file", file.string()));
  return Users(file, domains);
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
                                "default_expires", "min_expires", "max_expires"});
  Registrar registrar;
  registrar.store = read_store(section, folder);
  registrar.node = read_node(section);
  registrar.authentication = read_authentication(section);
  const auto realm = section.find("realm");
  registrar.realm = realm ? realm->text() : domains.front();
  registrar.algorithms = read_algorithms(section);
  registrar.users = read_users(section, domains, folder);
  read_expires(section, registrar);
  return registrar;
}

}  // namespace flowgate::conf
