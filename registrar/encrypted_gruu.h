// GRUUs that hide their AOR, without a table: RFC 5627 §3.1.2, appendix A.2; draft-gruu appendix A.2.
//   temporary  sip:tgruu.OPAQUE@example.com;gr   another one each time, valid while its epoch is
//   anonymous  sip:agruu.OPAQUE@example.com      the draft's: the same one for ever, like a legacy GRUU
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowtoken/token.h"
#include "registrar/gruu.h"
#include "sip/uri.h"

namespace flowgate::registrar {

// What such a GRUU says once it is opened.
struct EncryptedGruu {
  std::string aor;  // Domains::aor
  std::string instance;
  std::optional<std::uint64_t> epoch;  // of a temporary GRUU
};

// Has the URI the form of one? Its user part may be escaped (RFC 3261 §19.1.4).
bool is_encrypted_gruu(const sip::Uri& uri);

// Mints and opens them: sealed (aead.h) under keys derived from the flow-token keys. Unforgeable, and nobody
// else can tell whose they are or, of the temporary ones, whether two are of the same UA (RFC 5627 §5.1). Not
// thread-safe: one per shard.
class EncryptedGruus {
 public:
  explicit EncryptedGruus(const TokenKeys& keys);
  ~EncryptedGruus();
  EncryptedGruus(EncryptedGruus&&) noexcept;

  // Appends the URI: scheme and domain as in `uri`. A temporary GRUU if there is an epoch, else an anonymous
  // one. Nothing, and false, for an AOR of more than 65535 octets and when OpenSSL fails. `aor`:
  // Domains::aor.
  bool append(std::string& out, const AorUri& uri, std::string_view aor, std::string_view instance,
              std::optional<std::uint64_t> epoch);
  // The same in a string of its own, "" when it fails.
  std::string mint(const sip::Uri& uri, const EncryptedGruu& gruu);
  // Nothing when it is not one of ours.
  std::optional<EncryptedGruu> open(const sip::Uri& uri);

 private:
  struct Ciphers;
  std::vector<Ciphers> ciphers_;  // for each key, the newest first
  // Of append(): kept for their memory.
  std::string plaintext_, associated_;
  std::vector<std::uint8_t> octets_;
};

}  // namespace flowgate::registrar
