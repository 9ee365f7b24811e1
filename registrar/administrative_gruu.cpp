#include "registrar/administrative_gruu.h"

#include <optional>

#include "sip/escapes.h"

namespace flowgate::registrar {
namespace {

// What two URIs have in common that are the same GRUU: RFC 5627 §6.1, "equivalent, based on URI comparison".
// Nothing for a URI that cannot be one.
std::optional<std::string> key_of(const sip::Uri& uri, std::string_view aor) {
  for (const std::string_view name : {"gr", "opaque"}) {
    const auto value = uri.param(name);
    if (!value) continue;
    std::string key{aor};
    (key += ';') += name;
    sip::append_canonical(key += '=', *value, sip::Case::ignored);
    return key;
  }
  return std::nullopt;
}

}  // namespace

AdministrativeGruus::AdministrativeGruus(const std::vector<AdministrativeGruu>& gruus, const Domains& domains)
    : domains_(domains) {
  for (const AdministrativeGruu& gruu : gruus) {
    const auto uri = sip::Uri::parse(gruu.uri);
    const auto aor = uri ? domains.aor(*uri) : std::nullopt;
    const auto key = aor ? key_of(*uri, *aor) : std::nullopt;
    if (!key) continue;
    contacts_.emplace(*key, gruu.contact);
    aors_.insert(*aor);
  }
}

const std::string* AdministrativeGruus::contact(const sip::Uri& uri) const {
  if (contacts_.empty()) return nullptr;
  const auto aor = domains_.aor(uri);
  const auto key = aor ? key_of(uri, *aor) : std::nullopt;
  const auto found = key ? contacts_.find(*key) : contacts_.end();
  return found == contacts_.end() ? nullptr : &found->second;
}

}  // namespace flowgate::registrar
