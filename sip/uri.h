// URIs: RFC 3261 §19.1 and §25.1; tel (RFC 3966) and other schemes (RFC 3986) are kept as they are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sip/error.h"
#include "sip/limits.h"
#include "sip/params.h"
#include "sip/text.h"

namespace flowgate::sip {

enum class Scheme : std::uint8_t { sip, sips, tel, other };

// Views into the text it was parsed from.
struct Uri {
  std::string_view text;  // all of it
  Scheme scheme = Scheme::other;
  std::string_view scheme_text;  // without the colon
  // sip and sips only:
  bool has_user = false;
  std::string_view user;  // still escaped, without the password
  std::string_view password;
  std::string_view host;  // IPv6 without its brackets
  bool host_is_v6 = false;
  std::optional<std::uint16_t> port;
  Params params;             // also of a tel URI
  std::string_view headers;  // behind the '?'
  std::string_view rest;     // other schemes: what stands behind the colon

  bool is_sip() const { return scheme == Scheme::sip || scheme == Scheme::sips; }
  std::optional<std::string_view> param(std::string_view name) const { return params.find(name); }

  // Errors: bad_uri, bad_host, bad_port, bad_parameter, too_large. The scheme is compared without case; a URI
  // without a scheme is a bad_uri.
  [[nodiscard]] static Result<Uri> parse(std::string_view text, const Limits& limits = {});
  // The same into `uri`, a fresh one; what is in it after an error means nothing.
  [[nodiscard]] static boost::system::error_code parse(std::string_view text, const Limits& limits, Uri& uri);
};

// RFC 3261 §19.1.4. Escaped and plain forms of a character that is not reserved are the same; user, ttl,
// method, maddr and transport must be in both or in neither; other parameters count only when both have them;
// headers always count. URIs of other schemes are compared octet by octet.
bool equivalent(const Uri& a, const Uri& b);

// Is its scheme sips? Looks no further.
inline bool is_sips(std::string_view uri) {
  return equals_nocase(uri.substr(0, 5), "sips:");
}

}  // namespace flowgate::sip
