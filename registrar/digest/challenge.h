// What a client is challenged with: WWW-Authenticate and Proxy-Authenticate, RFC 7616 §3.3, RFC 8760 §2.3.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "registrar/digest/algorithm.h"
#include "sip/message.h"

namespace flowgate::digest {

// Those of one protection space. Immutable; thread-safe.
class Challenges {
 public:
  Challenges(std::string_view realm, std::string_view opaque);

  // Appends one line for each algorithm, in their order. `header`: www_authenticate or proxy_authenticate.
  // `nonce`: of token characters. `stale`: the response was right, but for the age of its nonce.
  void write(sip::Header header, std::span<const Algorithm> algorithms, std::string_view nonce, bool stale,
             std::string& out) const;

 private:
  std::string in_front_;                             // of the nonce, but for the name
  std::array<std::string, algorithm_count> behind_;  // the nonce
};

}  // namespace flowgate::digest
