// GRUUs: RFC 5627 and draft-ietf-sip-gruu-04.
//   public     sip:alice@example.com;gr=urn:uuid:...         RFC 5627 §3.1.2 (pub-gruu)
//   temporary  sip:tgruu.OPAQUE@example.com;gr               RFC 5627 §3.1.2 (temp-gruu)
//   legacy     sip:alice@example.com;opaque=urn:uuid:...     draft appendix A.1 (gruu)
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowtoken/token.h"
#include "sip/uri.h"

namespace flowgate::registrar {

// Appends scheme, `user`, host and port as they stand in `to_uri`: the AOR, or another user of the same
// domain.
void append_aor(std::string& out, const sip::Uri& to_uri, std::string_view user);

// The AOR part keeps the bytes of `to_uri` (the URI of the REGISTER's To: scheme, user, host), without its
// parameters, headers and password; the instance-id is escaped as a URI parameter value needs it.
std::string public_gruu(const sip::Uri& to_uri, std::string_view instance);
std::string legacy_gruu(const sip::Uri& to_uri, std::string_view instance);

// The instance-id that a public or legacy GRUU names, unescaped; nothing when the URI is neither.
std::optional<std::string> gruu_instance(const sip::Uri& uri);
bool is_temporary_gruu(const sip::Uri& uri);

// RFC 5627 §5.4, RFC 4122 §3, RFC 8141 §3: are two instance-ids the same? "urn:" and the namespace without
// case, a UUID without case, the rest octet by octet.
bool same_instance(std::string_view a, std::string_view b);

// What a temporary GRUU says once it is opened.
struct TemporaryGruu {
  std::string aor;  // Domains::aor
  std::string instance;
  std::uint64_t epoch = 0;
};

// Mints and opens temporary GRUUs: AES-256-GCM under a key derived from the flow-token key, a random nonce in
// each, no table. Unforgeable, unlinkable to the AOR and to each other (RFC 5627 §3.1.2, §5.4). Not
// thread-safe: one per shard.
class TemporaryGruus {
 public:
  explicit TemporaryGruus(const TokenKeys& keys);
  ~TemporaryGruus();
  TemporaryGruus(TemporaryGruus&&) noexcept;

  // The URI: scheme and host as in `to_uri`.
  std::string mint(const sip::Uri& to_uri, const TemporaryGruu& gruu);
  // Nothing when it is not one of ours.
  std::optional<TemporaryGruu> open(const sip::Uri& uri);

 private:
  struct Cipher;
  std::vector<Cipher> ciphers_;
};

}  // namespace flowgate::registrar
