#include "flowtoken/token.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <cassert>
#include <span>
#include <stdexcept>

#include "flowtoken/base64url.h"

namespace flowgate {
namespace {

constexpr std::size_t mac_size = 12;
constexpr std::size_t mac_at = 1;
constexpr std::size_t flags_at = mac_at + mac_size;
constexpr std::size_t addresses_at = flags_at + 1;
constexpr std::size_t serial_size = 8;

constexpr unsigned protocol_bits = 0x07;
constexpr unsigned v6_bit = 0x08;
constexpr unsigned draft_bit = 0x10;
constexpr unsigned registered_bit = 0x20;
constexpr unsigned user_bit = 0x40;
constexpr unsigned at_contact_bit = 0x80;

constexpr std::size_t token_size(bool v6, bool stream) {
  constexpr std::size_t v4_endpoint_size = 6, v6_endpoint_size = 18;
  return addresses_at + 2 * (v6 ? v6_endpoint_size : v4_endpoint_size) + (stream ? serial_size : 0);
}
constexpr std::size_t max_token_size = token_size(true, true);

constexpr std::size_t token_sizes[] = {token_size(false, false), token_size(false, true),
                                       token_size(true, false), token_size(true, true)};

using Digest = std::array<std::uint8_t, 32>;

class Writer {
 public:
  explicit Writer(std::uint8_t* at) : at_(at) {}

  void number(std::uint64_t value, std::size_t width) {
    for (std::size_t i = width; i-- > 0;) *at_++ = static_cast<std::uint8_t>(value >> (8 * i));
  }
  void octets(std::span<const std::uint8_t> octets) { at_ = std::ranges::copy(octets, at_).out; }
  // An IPv4 address stands as an IPv4-mapped one beside an IPv6 address: the local address of a flow over a
  // dual-stack socket can be "::" while the remote one is IPv4.
  void endpoint(const Endpoint& endpoint, bool v6) {
    if (v6 && !endpoint.v6) {
      number(0, 8);
      number(0xffff, 4);
    }
    octets(std::span(endpoint.ip).first(endpoint.v6 ? 16 : 4));
    number(endpoint.port, 2);
  }

 private:
  std::uint8_t* at_;
};

class Reader {
 public:
  explicit Reader(const std::uint8_t* at) : at_(at) {}

  std::uint64_t number(std::size_t width) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) value = value << 8 | *at_++;
    return value;
  }
  Endpoint endpoint(bool v6) {
    Endpoint endpoint;
    const std::uint8_t* const end = at_ + (v6 ? 16 : 4);
    endpoint.v6 = v6 && !mapped();
    if (v6 && !endpoint.v6) at_ = end - 4;
    std::copy(at_, end, endpoint.ip.begin());
    at_ = end;
    endpoint.port = static_cast<std::uint16_t>(number(2));
    return endpoint;
  }

 private:
  bool mapped() const {
    return std::all_of(at_, at_ + 10, [](std::uint8_t octet) { return octet == 0; }) && at_[10] == 0xff &&
           at_[11] == 0xff;
  }

  const std::uint8_t* at_;
};

// What only an octet string of our layout can be, before any key is tried: the flags say how long it is.
bool is_well_formed(std::span<const std::uint8_t> token) {
  const unsigned flags = token[flags_at];
  const unsigned protocol = flags & protocol_bits;
  if (protocol > static_cast<unsigned>(Protocol::wss)) return false;
  return token.size() == token_size((flags & v6_bit) != 0, is_stream(static_cast<Protocol>(protocol)));
}

FlowTokens::Verified read(std::span<const std::uint8_t> token) {
  const unsigned flags = token[flags_at];
  const bool v6 = (flags & v6_bit) != 0;
  Reader reader(token.data() + addresses_at);
  FlowTokens::Verified verified;
  verified.dialect = (flags & draft_bit) != 0 ? Dialect::draft : Dialect::rfc;
  verified.registered = (flags & registered_bit) != 0;
  verified.user = (flags & user_bit) != 0;
  verified.at_contact = (flags & at_contact_bit) != 0;
  verified.flow.protocol = static_cast<Protocol>(flags & protocol_bits);
  verified.flow.local = reader.endpoint(v6);
  verified.flow.remote = reader.endpoint(v6);
  if (is_stream(verified.flow.protocol)) verified.flow.serial = reader.number(serial_size);
  return verified;
}

class TokenCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "flow token"; }
  std::string message(int value) const override {
    switch (static_cast<TokenError>(value)) {
      case TokenError::malformed:
        return "not a flow token";
      case TokenError::unknown_key:
        return "flow token of an unknown key";
      case TokenError::wrong_mac:
        return "flow token with a wrong MAC";
    }
    return "unknown error";
  }
};

}  // namespace

const boost::system::error_category& token_category() {
  static const TokenCategory category;
  return category;
}

boost::system::error_code make_error_code(TokenError error) {
  return {static_cast<int>(error), token_category()};
}

// One keyed HMAC-SHA-256 context: fetched and keyed once, rewound for every token.
struct FlowTokens::Mac {
  struct Free {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
  };

  explicit Mac(const TokenKey& key) : key_id(key.id) {
    EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
    context.reset(EVP_MAC_CTX_new(hmac));
    EVP_MAC_free(hmac);
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                 OSSL_PARAM_construct_end()};
    if (!context || EVP_MAC_init(context.get(), key.secret.data(), key.secret.size(), params) != 1) {
      throw std::runtime_error("OpenSSL has no HMAC-SHA-256");
    }
  }

  // Over all octets of the token but the MAC's own. False when OpenSSL fails, which then vouches for nothing.
  bool compute(std::span<const std::uint8_t> token, Digest& digest) {
    std::size_t size = 0;
    return EVP_MAC_init(context.get(), nullptr, 0, nullptr) == 1 &&
           EVP_MAC_update(context.get(), token.data(), mac_at) == 1 &&
           EVP_MAC_update(context.get(), token.data() + flags_at, token.size() - flags_at) == 1 &&
           EVP_MAC_final(context.get(), digest.data(), &size, digest.size()) == 1 && size == digest.size();
  }

  std::uint8_t key_id;
  std::unique_ptr<EVP_MAC_CTX, Free> context;
};

FlowTokens::FlowTokens(const TokenKeys& keys) {
  for (const TokenKey& key : keys.keys()) macs_.emplace_back(key);
}
FlowTokens::~FlowTokens() = default;
FlowTokens::FlowTokens(FlowTokens&&) noexcept = default;
FlowTokens& FlowTokens::operator=(FlowTokens&&) noexcept = default;

void FlowTokens::mint(const Flow& flow, TokenClaims claims, std::string& out) {
  const bool v6 = flow.local.v6 || flow.remote.v6;
  const bool stream = is_stream(flow.protocol);
  assert(stream || flow.serial == 0);
  unsigned flags = static_cast<unsigned>(flow.protocol);
  if (v6) flags |= v6_bit;
  if (claims.dialect == Dialect::draft) flags |= draft_bit;
  if (claims.registered) flags |= registered_bit;
  if (claims.user) flags |= user_bit;
  if (claims.at_contact) flags |= at_contact_bit;

  std::array<std::uint8_t, max_token_size> octets;
  const std::span token(octets.data(), token_size(v6, stream));
  Mac& mac = macs_.front();
  token[0] = mac.key_id;
  Writer writer(token.data() + flags_at);
  writer.number(flags, 1);
  writer.endpoint(flow.local, v6);
  writer.endpoint(flow.remote, v6);
  if (stream) writer.number(flow.serial, serial_size);

  // A digest of zeros, should OpenSSL ever fail here, makes a token that verifies under no key.
  Digest digest{};
  mac.compute(token, digest);
  std::copy_n(digest.begin(), mac_size, token.begin() + mac_at);
  encode_base64url(token, out);
}

boost::system::result<FlowTokens::Verified> FlowTokens::verify(std::string_view text) {
  const auto size = std::ranges::find(token_sizes, text.size(), base64url_length);
  if (size == std::end(token_sizes)) return TokenError::malformed;
  std::array<std::uint8_t, max_token_size> octets;
  const std::span token(octets.data(), *size);
  if (!decode_base64url(text, token) || !is_well_formed(token)) return TokenError::malformed;

  const auto mac = std::ranges::find(macs_, token[0], &Mac::key_id);
  if (mac == macs_.end()) return TokenError::unknown_key;
  Digest digest;
  if (!mac->compute(token, digest)) return TokenError::wrong_mac;
  if (CRYPTO_memcmp(digest.data(), token.data() + mac_at, mac_size) != 0) return TokenError::wrong_mac;
  return read(token);
}

}  // namespace flowgate
