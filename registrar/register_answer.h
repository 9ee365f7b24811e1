// The 200 to a REGISTER: RFC 3261 §10.3 (8), RFC 3327 §5.3, RFC 5626 §6, RFC 5627 §5.2, draft-gruu §7.1.2.1.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "registrar/register_request.h"

namespace flowgate::registrar {

// A binding as the 200 lists it.
struct ListedBinding {
  std::string contact;
  std::string instance;
  std::uint64_t epoch = 0;
  std::chrono::seconds expires{0};  // from now; as granted when it was just made
};
using Listing = std::vector<ListedBinding>;

// What has not expired.
Listing list(const Record& record, Instant now);

Answer write_answer(const RegisterRequest& request, const Listing& listing, const Options& options,
                    EncryptedGruus& encrypted_gruus);

}  // namespace flowgate::registrar
