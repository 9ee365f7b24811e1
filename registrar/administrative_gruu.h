// GRUUs that are configured, for servers that are always there and do not register (voicemail, gateways):
// draft-gruu §7.2, RFC 5627 §3.2 ("via some locally specified administrative mechanism").
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "registrar/domains.h"
#include "sip/uri.h"

namespace flowgate::registrar {

struct AdministrativeGruu {
  // An AOR of our domains with one parameter: gr, with a value or without, or opaque with a value.
  std::string uri;
  // What it translates to. Empty: "the GRUU routes directly to the server, and there is no need for a
  // translation": this process answers itself.
  std::string contact;
};

// Immutable.
class AdministrativeGruus {
 public:
  // Keeps a reference to the domains.
  AdministrativeGruus(const std::vector<AdministrativeGruu>& gruus, const Domains& domains);

  // The contact, by either scheme (§6: "For each GRUU, both the SIP and SIPS versions MUST exist"), whatever
  // other parameters there are. Nothing when the URI is none of these GRUUs.
  const std::string* contact(const sip::Uri& uri) const;
  // Draft §9: without its opaque parameter a GRUU "MUST correspond to a valid resource in the domain". `aor`
  // as made by Domains::aor.
  bool has_aor(std::string_view aor) const { return aors_.contains(aor); }

 private:
  const Domains& domains_;
  std::map<std::string, std::string, std::less<>> contacts_;
  std::set<std::string, std::less<>> aors_;
};

}  // namespace flowgate::registrar
