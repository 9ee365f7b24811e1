#include "conf/user_name.h"

#include <algorithm>

#include "sip/gruu_user.h"
#include "sip/text.h"

namespace flowgate::conf {
namespace {

bool ends_in_domain(std::string_view text, const std::vector<std::string>& domains) {
  const std::size_t at = text.rfind('@');
  return at != text.npos && std::ranges::any_of(domains, [&](const std::string& domain) {
           return sip::equals_nocase(domain, text.substr(at + 1));
         });
}

// RFC 3261 §19.1.1: the scheme is not part of the user. True: there was one.
bool remove_scheme(std::string_view& text) {
  for (const std::string_view scheme : {"sip:", "sips:"}) {
    if (!sip::equals_nocase(text.substr(0, scheme.size()), scheme)) continue;
    text.remove_prefix(scheme.size());
    return true;
  }
  return false;
}

}  // namespace

std::optional<std::string_view> expected_name(std::string_view name,
                                              const std::vector<std::string>& domains) {
  if (ends_in_domain(name, domains)) return "only the user part of the address-of-record";
  // What is hashed is name:realm:password: of "a:b" nobody could tell where the name ends.
  if (name.find(':') != name.npos) return "a name without a colon (RFC 7616 §3.4.2)";
  if (sip::is_user_of_encrypted_gruu(name)) return expected_no_gruu;
  return std::nullopt;
}

// RFC 3261 §10.3 (5): of a URI "any escaped characters MUST be converted to their unescaped form". A colon
// would stand in front of a password, or behind another scheme.
std::optional<std::string> aor_from(std::string_view text, const std::vector<std::string>& domains) {
  const bool is_uri = remove_scheme(text);
  const std::size_t at = text.rfind('@');
  if (at == 0 || !ends_in_domain(text, domains)) return std::nullopt;
  const std::string_view user = text.substr(0, at);
  if (user.find(':') != user.npos) return std::nullopt;
  return (is_uri ? sip::unescape(user) : std::string(user)) + sip::to_lower(text.substr(at));
}

std::vector<std::string> further_aors(std::string_view name, const std::vector<std::string>& aors) {
  std::vector<std::string> further;
  for (const std::string& aor : aors) {
    const bool own = std::string_view(aor).substr(0, aor.rfind('@')) == name;
    if (!own && std::ranges::find(further, aor) == further.end()) further.push_back(aor);
  }
  return further;
}

}  // namespace flowgate::conf
