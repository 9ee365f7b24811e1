// What of the `registrar:` section is about digest authentication.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "conf/section.h"

namespace flowgate::conf {

enum class Authentication { none, digest };
enum class DigestAlgorithm { md5, sha256, sha512_256 };  // RFC 8760

// How long whoever guesses wrongly has to wait.
struct Backoff {
  std::uint32_t address_failures = 20, user_failures = 5;       // that cost nothing
  std::chrono::seconds address_longest{300}, user_longest{30};  // the longest wait
};

struct Digest {
  Authentication authentication = Authentication::none;
  std::string realm;                        // default: the first domain
  std::vector<DigestAlgorithm> algorithms;  // offered in this order; default: SHA-256, MD5
  std::chrono::seconds nonce_lifetime{300};
  Backoff backoff;
};

// Throws Error.
Digest read_digest(const Section& registrar, const std::vector<std::string>& domains);

}  // namespace flowgate::conf
