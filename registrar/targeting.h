// From a Request-URI to targets: RFC 3261 §16.5, RFC 5626 §7, RFC 5627 §6.1, draft-gruu §8.4.1.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "registrar/registrar.h"

namespace flowgate::registrar {

// Whom a Request-URI means.
struct Sought {
  std::string aor;
  bool gruu = false;
  std::string instance;                // of the GRUU
  bool never_registered = false;       // no UA can have that instance-id
  std::optional<std::uint64_t> epoch;  // of a temporary GRUU
  std::string grid;                    // the whole parameter, "grid=99a"; empty: none
};

// The refusal is a status.
boost::system::result<Sought, int> read_request_uri(const sip::Uri& uri, const Domains& domains,
                                                    EncryptedGruus& encrypted_gruus,
                                                    const AdministrativeGruus& administrative_gruus);

// The URI of a Contact or a Route as a Request-URI. RFC 3261 §16.6 (2), §19.1.1: headers and method are not
// allowed there and MUST be removed. `grid` is added, or takes the place of the one there is (draft-gruu
// §8.4.1). All else byte for byte.
std::string request_uri_of(std::string_view contact, std::string_view grid);

Located select_targets(const Sought& sought, const Record& record, Instant now);

// The one target of an administrative GRUU, whose contact is `contact`; 404 when there is none.
Located select_target(const std::string& contact, const sip::Uri& gruu, const Domains& domains);

}  // namespace flowgate::registrar
