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
  // `header`: www_authenticate or proxy_authenticate.
  Challenges(sip::Header header, std::string_view realm, std::string_view opaque);

  // Appends one line for each algorithm, in their order. `nonce`: of token characters. `stale`: the response
  // was right, but for the age of its nonce.
  void write(std::span<const Algorithm> algorithms, std::string_view nonce, bool stale,
             std::string& out) const;

 private:
  // Of each line, what stands in front of the nonce and behind it.
  using Behind = std::array<std::string, algorithm_count>;
  std::string in_front_;
  Behind behind_, behind_stale_;
};

}  // namespace flowgate::digest
