// Domain names (RFC 1035 §2.3) as they stand in a URI, in an SRV target or in a NAPTR replacement.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace flowgate::dns {

// In lower case and without the dot at the end, so that one name has one spelling. Nothing for what cannot be
// the name of a host or a service: other characters than letters, digits, '-' and '_', empty labels or labels
// above 63 octets, and the root.
std::optional<std::string> canonical_name(std::string_view text);

}  // namespace flowgate::dns
