#include "conf/digest.h"

#include <algorithm>
#include <array>
#include <utility>

namespace flowgate::conf {
namespace {

using std::chrono::seconds;

constexpr std::size_t max_realm = 256;

Authentication read_authentication(const Section& section) {
  const auto value = section.find("authentication");
  if (!value) return Authentication::none;
  const std::string& text = value->text("none or digest");
  if (text != "none" && text != "digest") value->expected("none or digest");
  return text == "digest" ? Authentication::digest : Authentication::none;
}

// It stands in quotes in every challenge, and clients disagree on what a backslash there does to the hash.
std::string read_realm(const Section& section, const std::vector<std::string>& domains) {
  const auto value = section.find("realm");
  if (!value) return domains.front();
  constexpr std::string_view expected = "text without quotes and backslashes, of at most 256 octets";
  const std::string& realm = value->text();
  if (realm.size() > max_realm || realm.find_first_of("\"\\") != std::string::npos) value->expected(expected);
  return realm;
}

std::vector<DigestAlgorithm> read_algorithms(const Section& section) {
  const auto value = section.find("algorithms");
  if (!value) return {DigestAlgorithm::sha256, DigestAlgorithm::md5};
  static constexpr std::array<std::pair<std::string_view, DigestAlgorithm>, 3> names{
      {{"SHA-256", DigestAlgorithm::sha256},
       {"SHA-512-256", DigestAlgorithm::sha512_256},
       {"MD5", DigestAlgorithm::md5}}};
  std::vector<DigestAlgorithm> algorithms;
  for (const Value& item : value->list("a list of SHA-256, SHA-512-256 and MD5")) {
    const std::string& name = item.text("SHA-256, SHA-512-256 or MD5");
    const auto* const known = std::ranges::find(names, name, [](const auto& each) { return each.first; });
    if (known == names.end()) item.expected("SHA-256, SHA-512-256 or MD5");
    if (std::ranges::find(algorithms, known->second) != algorithms.end())
      item.refuse(in_quotes(name) + " stands twice");
    algorithms.push_back(known->second);
  }
  return algorithms;
}

Backoff read_backoff(const Section& registrar) {
  const Section section =
      registrar.section("backoff", {"address_failures", "user_failures", "address_seconds", "user_seconds"});
  Backoff backoff;
  backoff.address_failures = section.number("address_failures", backoff.address_failures, 1, 1'000'000);
  backoff.user_failures = section.number("user_failures", backoff.user_failures, 1, 1'000'000);
  backoff.address_longest = seconds(section.number("address_seconds", 300, 1, 86'400));
  backoff.user_longest = seconds(section.number("user_seconds", 30, 1, 3'600));
  return backoff;
}

}  // namespace

Digest read_digest(const Section& registrar, const std::vector<std::string>& domains) {
  Digest digest;
  digest.authentication = read_authentication(registrar);
  digest.realm = read_realm(registrar, domains);
  digest.algorithms = read_algorithms(registrar);
  digest.nonce_lifetime = seconds(registrar.number("nonce_seconds", 300, 1, 86'400));
  digest.backoff = read_backoff(registrar);
  return digest;
}

}  // namespace flowgate::conf
