// GRUUs: RFC 5627 and draft-ietf-sip-gruu-04.
//   public     sip:alice@example.com;gr=urn:uuid:...         RFC 5627 §3.1.1 (pub-gruu)
//   temporary  sip:tgruu.OPAQUE@example.com;gr               RFC 5627 §3.1.2 (temp-gruu)
//   legacy     sip:alice@example.com;opaque=urn:uuid:...     draft appendix A.1 (gruu)
//   anonymous  sip:agruu.OPAQUE@example.com                  draft appendix A.2 (gruu)
// The temporary and the anonymous ones are in encrypted_gruu.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "registrar/instance_id.h"
#include "sip/uri.h"

namespace flowgate::registrar {

// What a GRUU keeps of the AOR's URI (that of the REGISTER's To), byte for byte: not the password, parameters
// and headers. Views it.
struct AorUri {
  std::string_view scheme;  // "sip:"
  std::string_view user;
  std::string_view domain;  // "@example.com:5070"

  static AorUri of(const sip::Uri& uri);
};

// Appends the AOR, or another user of the same domain.
void append_aor(std::string& out, const AorUri& aor, std::string_view user);
void append_aor(std::string& out, const sip::Uri& aor);

// The instance-id is written so that different ones make different URIs.
void append_public_gruu(std::string& out, const AorUri& aor, std::string_view instance);
void append_legacy_gruu(std::string& out, const AorUri& aor, std::string_view instance);
std::string public_gruu(const sip::Uri& aor, std::string_view instance);
std::string legacy_gruu(const sip::Uri& aor, std::string_view instance);

// The instance-id that a public or legacy GRUU names; nothing when the URI is neither.
std::optional<std::string> gruu_instance(const sip::Uri& uri);

// Has the URI the form of a GRUU, whether or not there is such a one? RFC 5627 §4.5: "A GRUU is identified by
// the presence of the gr URI parameter".
bool is_gruu(const sip::Uri& uri);

}  // namespace flowgate::registrar
