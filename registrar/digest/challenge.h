// What a client is challenged with: WWW-Authenticate and Proxy-Authenticate, RFC 7616 §3.3, RFC 8760 §2.3.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "registrar/digest/algorithm.h"
#include "sip/message.h"

namespace flowgate::digest {

struct Challenge {
  std::string_view realm, nonce, opaque;
  bool stale = false;  // the response was right, but for the age of its nonce
};

// Appends one line for each algorithm, in their order. `header`: www_authenticate or proxy_authenticate.
void write_challenges(sip::Header header, const Challenge& challenge,
                      const std::vector<Algorithm>& algorithms, std::string& out);

}  // namespace flowgate::digest
