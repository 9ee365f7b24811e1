// The user part is "tgruu." or "agruu." and the base64url of
//
//   octet 0      key id
//   then         the plaintext (gruu_plaintext.h), sealed (aead.h) with the key id and the domain as
//                associated data
//
// RFC 5627 appendix A.2 makes temporary GRUUs of a cipher and a counter; here a random nonce takes the
// counter's place, and an epoch tells what was handed out before from what counts. An anonymous GRUU is the
// same each time (draft-gruu §6: "for each instance ID/AOR pair, there is one GRUU"): its nonce is a MAC of
// what is sealed, so that two different plaintexts have two nonces.
#include "registrar/encrypted_gruu.h"

#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <span>
#include <utility>

#include "flowtoken/base64url.h"
#include "registrar/aead.h"
#include "registrar/domains.h"
#include "registrar/gruu_plaintext.h"
#include "sip/gruu_user.h"
#include "sip/text.h"

namespace flowgate::registrar {
namespace {

constexpr std::size_t longest_aor = 0xffff;

bool has_gr_without_value(const sip::Uri& uri) {
  const auto gr = uri.param("gr");
  return gr && gr->empty();
}

// A GRUU of one domain of ours does not open in another.
void associate(std::uint8_t key_id, std::string_view domain, std::string& data) {
  data.assign(1, static_cast<char>(key_id));
  data += domain;
}

using Secret = std::array<std::uint8_t, 32>;

std::optional<Aead::Nonce> nonce_for(const Secret& key, std::string_view associated,
                                     std::string_view plaintext) {
  std::string text{associated};
  (text += '\n') += plaintext;
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
           &size) == nullptr) {
    return std::nullopt;
  }
  Aead::Nonce nonce;
  std::copy_n(digest.begin(), nonce.size(), nonce.begin());
  return nonce;
}

}  // namespace

struct EncryptedGruus::Ciphers {
  std::uint8_t key_id;
  Aead temporary, anonymous;
  Secret nonce_key;  // of anonymous GRUUs
};

EncryptedGruus::EncryptedGruus(const TokenKeys& keys) {
  for (std::size_t i = 0; i < keys.keys().size(); ++i) {
    ciphers_.push_back({keys.keys()[i].id, Aead{keys.derive("temp-gruu", i)},
                        Aead{keys.derive("anonymous-gruu", i)}, keys.derive("anonymous-gruu-nonce", i)});
  }
}
EncryptedGruus::~EncryptedGruus() = default;
EncryptedGruus::EncryptedGruus(EncryptedGruus&&) noexcept = default;

bool is_encrypted_gruu(const sip::Uri& uri) {
  if (!uri.is_sip() || !uri.has_user) return false;
  std::string unescaped;
  const std::string_view user = sip::unescape(uri.user, unescaped);
  return user.starts_with(sip::anonymous_gruu_prefix) ||
         (user.starts_with(sip::temporary_gruu_prefix) && has_gr_without_value(uri));
}

bool EncryptedGruus::append(std::string& out, const AorUri& uri, std::string_view aor,
                            std::string_view instance, std::optional<std::uint64_t> epoch) {
  const std::size_t at = aor.rfind('@');
  assert(at != aor.npos);
  if (aor.size() > longest_aor) return false;
  Ciphers& ciphers = ciphers_.front();

  plaintext_.clear();
  write_gruu_plaintext(instance, epoch, aor.substr(0, at), plaintext_);
  associate(ciphers.key_id, aor.substr(at + 1), associated_);
  octets_.resize(1 + plaintext_.size() + Aead::overhead);
  octets_.front() = ciphers.key_id;
  const auto sealed = std::span{octets_}.subspan(1);
  if (epoch) {
    if (!ciphers.temporary.seal(plaintext_, associated_, sealed)) return false;
  } else {
    const auto nonce = nonce_for(ciphers.nonce_key, associated_, plaintext_);
    if (!nonce || !ciphers.anonymous.seal(plaintext_, associated_, *nonce, sealed)) return false;
  }
  out += uri.scheme;
  out += epoch ? sip::temporary_gruu_prefix : sip::anonymous_gruu_prefix;
  encode_base64url(octets_, out);
  out += uri.domain;
  if (epoch) out += ";gr";
  return true;
}

std::string EncryptedGruus::mint(const sip::Uri& uri, const EncryptedGruu& gruu) {
  std::string text;
  append(text, AorUri::of(uri), gruu.aor, gruu.instance, gruu.epoch);
  return text;
}

std::optional<EncryptedGruu> EncryptedGruus::open(const sip::Uri& uri) {
  if (!is_encrypted_gruu(uri)) return std::nullopt;
  std::string unescaped;
  const std::string_view user = sip::unescape(uri.user, unescaped);
  const bool temporary = user.starts_with(sip::temporary_gruu_prefix);
  const std::string_view text = user.substr(sip::temporary_gruu_prefix.size());
  std::vector<std::uint8_t> octets(text.size() * 6 / 8);
  if (octets.empty() || !decode_base64url(text, octets)) return std::nullopt;

  HostBuffer buffer;
  const std::string_view domain = canonical_host(uri, buffer);
  for (Ciphers& ciphers : ciphers_) {
    if (ciphers.key_id != octets.front()) continue;
    Aead& aead = temporary ? ciphers.temporary : ciphers.anonymous;
    associate(ciphers.key_id, domain, associated_);
    const auto plaintext = aead.open(std::span{octets}.subspan(1), associated_);
    return plaintext ? read_gruu_plaintext(*plaintext, domain) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace flowgate::registrar
