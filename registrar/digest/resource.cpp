#include "registrar/digest/resource.h"

#include "sip/escapes.h"

namespace flowgate::digest {

bool same_resource(std::string_view digest_uri, std::string_view request_uri,
                   const registrar::Domains& domains) {
  if (digest_uri == request_uri) return true;
  const auto said = sip::Uri::parse(digest_uri);
  const auto asked = sip::Uri::parse(request_uri);
  if (!said || !asked || !said->is_sip() || !asked->is_sip()) return false;
  registrar::HostBuffer first, second;
  const bool same_host = registrar::canonical_host(*said, first) == registrar::canonical_host(*asked, second);
  // The nonce is ours: whatever host is named that is not another domain of ours, we are meant.
  if (!same_host && (!domains.owns(*asked) || domains.owns(*said))) return false;
  return !asked->has_user || sip::same_unescaped(said->user, asked->user, sip::Case::matters);
}

}  // namespace flowgate::digest
