// What a client answers a digest challenge with: the value of an Authorization or Proxy-Authorization (RFC
// 3261 §25.1, RFC 7616 §3.4, RFC 8760 §2.7).
#pragma once

#include <string_view>

#include "sip/error.h"
#include "sip/limits.h"

namespace flowgate::sip {

// Views into the text it was parsed from: what stands between the quotes, still with its backslashes. "" for
// a parameter that is missing or empty.
struct Credentials {
  std::string_view username, realm, nonce, uri, response;
  std::string_view algorithm;  // "": MD5
  std::string_view cnonce, opaque;
  std::string_view qop;  // "": as in RFC 2069
  std::string_view nc;
  bool userhash = false;  // RFC 7616 §3.4.4

  // Of the scheme Digest, whatever follows.
  static bool is_digest(std::string_view text);
  // Errors: bad_credentials for what is not "Digest" and parameters, each once; too_many_values.
  [[nodiscard]] static Result<Credentials> parse(std::string_view text, const Limits& limits = {});
};

}  // namespace flowgate::sip
