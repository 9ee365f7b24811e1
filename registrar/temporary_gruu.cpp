// RFC 5627 appendix A.2 makes temporary GRUUs of a cipher and a counter; here a random nonce takes the
// counter's place, and an epoch tells what was handed out before from what counts. The user part is "tgruu."
// and the base64url of
//
//   octet 0      key id
//   then         the plaintext below, sealed (aead.h) with the key id and the domain as associated data
//
// The plaintext:
//
//   octet 0      1: the instance-id is a UUID in lower case; 0: it is any other
//   octets 1-8   epoch, network byte order
//   then         the 16 octets of the UUID; or a length (2 octets) and the instance-id
//   then         a length (2 octets) and the user part of the AOR
//   then         zeros up to a multiple of 64, so that the length says next to nothing about the AOR
#include <cassert>
#include <span>
#include <utility>

#include "flowtoken/base64url.h"
#include "registrar/aead.h"
#include "registrar/domains.h"
#include "registrar/gruu.h"

namespace flowgate::registrar {
namespace {

constexpr std::string_view user_prefix = "tgruu.";
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view uuid_prefix = "urn:uuid:";
constexpr std::size_t uuid_text_size = 36, uuid_size = 16;
constexpr std::size_t padding = 64;

bool is_dash(std::size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

// The 16 octets of a UUID, from the one spelling that uuid_instance() gives back.
std::optional<std::string> uuid_octets(std::string_view instance) {
  if (!instance.starts_with(uuid_prefix)) return std::nullopt;
  const std::string_view text = instance.substr(uuid_prefix.size());
  if (text.size() != uuid_text_size) return std::nullopt;
  std::string octets(uuid_size, '\0');
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_dash(i) && text[i] == '-') continue;
    const std::size_t value = hex_digits.find(text[i]);
    if (is_dash(i) || value == hex_digits.npos) return std::nullopt;
    octets[nibble / 2] = static_cast<char>(octets[nibble / 2] << 4 | static_cast<int>(value));
    ++nibble;
  }
  return octets;
}

std::string uuid_instance(std::string_view octets) {
  std::string instance{uuid_prefix};
  for (const char c : octets) {
    if (is_dash(instance.size() - uuid_prefix.size())) instance += '-';
    const auto octet = static_cast<unsigned char>(c);
    instance += {hex_digits[octet >> 4], hex_digits[octet & 15]};
  }
  return instance;
}

void append_number(std::string& out, std::uint64_t value, std::size_t octets) {
  while (octets-- > 0) out += static_cast<char>(value >> 8 * octets & 0xff);
}

void append_with_length(std::string& out, std::string_view text) {
  append_number(out, text.size(), 2);
  out += text;
}

std::string write_plaintext(const TemporaryGruu& gruu, std::string_view user) {
  const auto uuid = uuid_octets(gruu.instance);
  std::string plaintext;
  plaintext.reserve(padding);
  append_number(plaintext, uuid.has_value(), 1);
  append_number(plaintext, gruu.epoch, 8);
  if (uuid) {
    plaintext += *uuid;
  } else {
    append_with_length(plaintext, gruu.instance);
  }
  append_with_length(plaintext, user);
  plaintext.resize((plaintext.size() + padding - 1) / padding * padding);
  return plaintext;
}

// Takes pieces off the front. What is not there any more makes it fail, for good.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::string_view take(std::size_t size) {
    failed_ = failed_ || size > rest_.size();
    if (failed_) return {};
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint64_t number(std::size_t octets) {
    std::uint64_t value = 0;
    for (const char c : take(octets)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  bool failed() const { return failed_; }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

std::optional<TemporaryGruu> read_plaintext(std::string_view plaintext, std::string_view domain) {
  Reader reader{plaintext};
  TemporaryGruu gruu;
  const bool is_uuid = reader.number(1) == 1;
  gruu.epoch = reader.number(8);
  gruu.instance =
      is_uuid ? uuid_instance(reader.take(uuid_size)) : std::string{reader.take(reader.number(2))};
  gruu.aor = reader.take(reader.number(2));
  if (reader.failed()) return std::nullopt;
  gruu.aor += '@';
  gruu.aor += domain;
  return gruu;
}

// A temporary GRUU of one domain of ours does not open in another.
std::string associated_data(std::uint8_t key_id, std::string_view domain) {
  std::string data(1, static_cast<char>(key_id));
  return data += domain;
}

}  // namespace

struct TemporaryGruus::Cipher {
  std::uint8_t key_id;
  Aead aead;
};

TemporaryGruus::TemporaryGruus(const TokenKeys& keys) {
  for (std::size_t i = 0; i < keys.keys().size(); ++i) {
    ciphers_.push_back({keys.keys()[i].id, Aead{keys.derive("temp-gruu", i)}});
  }
}
TemporaryGruus::~TemporaryGruus() = default;
TemporaryGruus::TemporaryGruus(TemporaryGruus&&) noexcept = default;

bool is_temporary_gruu(const sip::Uri& uri) {
  if (!uri.is_sip() || !uri.has_user || !uri.user.starts_with(user_prefix)) return false;
  const auto gr = uri.param("gr");
  return gr && gr->empty();
}

std::string TemporaryGruus::mint(const sip::Uri& to_uri, const TemporaryGruu& gruu) {
  const std::string_view aor = gruu.aor;
  const std::size_t at = aor.rfind('@');
  assert(at != aor.npos && at <= 0xffff && gruu.instance.size() <= 0xffff);
  Cipher& cipher = ciphers_.front();

  const std::string plaintext = write_plaintext(gruu, aor.substr(0, at));
  std::vector<std::uint8_t> octets(1 + plaintext.size() + Aead::overhead);
  octets.front() = cipher.key_id;
  const std::string associated = associated_data(cipher.key_id, aor.substr(at + 1));
  if (!cipher.aead.seal(plaintext, associated, std::span{octets}.subspan(1))) return {};

  std::string user{user_prefix}, uri;
  encode_base64url(octets, user);
  append_aor(uri, to_uri, user);
  return uri += ";gr";
}

std::optional<TemporaryGruu> TemporaryGruus::open(const sip::Uri& uri) {
  if (!is_temporary_gruu(uri)) return std::nullopt;
  const std::string_view text = uri.user.substr(user_prefix.size());
  std::vector<std::uint8_t> octets(text.size() * 6 / 8);
  if (octets.empty() || !decode_base64url(text, octets)) return std::nullopt;

  HostBuffer buffer;
  const std::string_view domain = canonical_host(uri, buffer);
  for (Cipher& cipher : ciphers_) {
    if (cipher.key_id != octets.front()) continue;
    const std::string associated = associated_data(cipher.key_id, domain);
    const auto plaintext = cipher.aead.open(std::span{octets}.subspan(1), associated);
    return plaintext ? read_plaintext(*plaintext, domain) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace flowgate::registrar
