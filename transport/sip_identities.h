// Whom a certificate is for: RFC 5922 §7.
#pragma once

#include <openssl/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace flowgate::transport {

// More names of one certificate are not looked at.
inline constexpr std::size_t max_identities = 64;

// §7.1: the SIP domain identities in the subjectAltName, each an identity_of(). Without a domain by "sip" URI
// also the addresses in it: a next hop may be an address, which is no domain. The Common Name, which one MAY
// look at, is not looked at.
std::vector<std::string> sip_identities(const X509* certificate);

// A host as identities are compared (§7.2: "Implementations MUST match the values in their entirety", "the
// comparison is case insensitive"): names in lower case, addresses in their shortest form.
std::string identity_of(std::string_view host);

}  // namespace flowgate::transport
