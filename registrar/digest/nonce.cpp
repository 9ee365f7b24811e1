#include "registrar/digest/nonce.h"

#include <openssl/crypto.h>

#include <array>
#include <span>

#include "flowtoken/base64url.h"

namespace flowgate::digest {
namespace {

constexpr std::size_t signed_octets = 12, octets = 20;

void put(std::uint64_t number, std::span<std::uint8_t> out) {
  for (std::size_t i = out.size(); i-- > 0; number >>= 8) out[i] = static_cast<std::uint8_t>(number);
}

std::uint64_t get(std::span<const std::uint8_t> in) {
  std::uint64_t number = 0;
  for (const std::uint8_t octet : in) number = number << 8 | octet;
  return number;
}

std::uint64_t mac(const HashKey& key, std::span<const std::uint8_t> nonce) {
  return siphash24(key, {reinterpret_cast<const char*>(nonce.data()), signed_octets});
}

}  // namespace

Nonces::Nonces(const TokenKeys& keys, std::string_view realm) {
  for (std::size_t index = 0; index < keys.keys().size(); ++index) {
    const auto secret = keys.derive("flowgate digest nonce", index);
    const std::span<const std::uint8_t> bytes(secret);
    keys_.push_back(siphash24_128({get(bytes.subspan(0, 8)), get(bytes.subspan(8, 8))}, realm));
  }
}

std::string Nonces::mint(WallTime now, std::uint64_t random) const {
  std::array<std::uint8_t, octets> nonce;
  const std::span<std::uint8_t> bytes(nonce);
  put(static_cast<std::uint64_t>(now.time_since_epoch().count()), bytes.subspan(0, 6));
  put(random, bytes.subspan(6, 6));
  put(mac(keys_.front(), bytes), bytes.subspan(signed_octets));
  std::string text;
  encode_base64url(nonce, text);
  return text;
}

std::optional<Nonce> Nonces::verify(std::string_view text) const {
  std::array<std::uint8_t, octets> nonce;
  const std::span<std::uint8_t> bytes(nonce);
  if (text.size() != base64url_length(octets) || !decode_base64url(text, nonce)) return std::nullopt;
  for (const HashKey& key : keys_) {
    std::array<std::uint8_t, octets - signed_octets> expected;
    const std::uint64_t id = mac(key, bytes);
    put(id, expected);
    if (CRYPTO_memcmp(expected.data(), nonce.data() + signed_octets, expected.size()) != 0) continue;
    const std::chrono::milliseconds since{static_cast<std::int64_t>(get(bytes.subspan(0, 6)))};
    return Nonce{id, WallTime{since}};
  }
  return std::nullopt;
}

}  // namespace flowgate::digest
