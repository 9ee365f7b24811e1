// Does the uri of the credentials mean what the request is for? RFC 7616 §3.4.6, RFC 8760 §2.6 (6).
#pragma once

#include <string_view>

#include "registrar/domains.h"

namespace flowgate::digest {

// As liberal as is safe: clients leave parameters and ports away, write their proxy's address for its domain,
// or the AOR that they register. What must not be is that credentials that somebody has caught, and kept from
// arriving, let another request through: to another user, to another domain.
bool same_resource(std::string_view digest_uri, std::string_view request_uri,
                   const registrar::Domains& domains);

}  // namespace flowgate::digest
