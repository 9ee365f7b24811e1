#include "registrar/digest/nonce.h"

#include <array>
#include <span>

#include "flowtoken/base64url.h"

namespace flowgate::digest {
namespace {

constexpr std::size_t signed_octets = 12, octets = 20;

using Octets = std::array<std::uint8_t, octets>;

// The numbers in a text of octets, highest octet first.
template <std::size_t size>
void put(std::uint64_t number, std::span<std::uint8_t, size> out) {
  for (std::size_t i = size; i-- > 0; number >>= 8) out[i] = static_cast<std::uint8_t>(number);
}
template <std::size_t size>
std::uint64_t get(std::span<const std::uint8_t, size> in) {
  std::uint64_t number = 0;
  for (const std::uint8_t octet : in) number = number << 8 | octet;
  return number;
}

std::uint64_t mac(const HashKey& key, const Octets& nonce) {
  return siphash24(key, {reinterpret_cast<const char*>(nonce.data()), signed_octets});
}

}  // namespace

Nonces::Nonces(const TokenKeys& keys, std::string_view realm) {
  for (std::size_t index = 0; index < keys.keys().size(); ++index) {
    const auto secret = keys.derive("flowgate digest nonce", index);
    const std::span bytes(secret);
    keys_.push_back(siphash24_128({get(bytes.subspan<0, 8>()), get(bytes.subspan<8, 8>())}, realm));
  }
}

void Nonces::mint(WallTime now, std::uint64_t random, std::string& out) const {
  Octets nonce;
  const std::span bytes(nonce);
  put(static_cast<std::uint64_t>(now.time_since_epoch().count()), bytes.subspan<0, 6>());
  put(random, bytes.subspan<6, 6>());
  put(mac(keys_.front(), nonce), bytes.subspan<signed_octets>());
  encode_base64url(nonce, out);
}

std::optional<Nonce> Nonces::verify(std::string_view text) const {
  Octets nonce;
  if (!decode_base64url(text, nonce)) return std::nullopt;
  const std::span<const std::uint8_t, octets> bytes(nonce);
  const std::uint64_t said = get(bytes.subspan<signed_octets>());
  for (const HashKey& key : keys_) {
    // One word: no time tells where they differ.
    if (mac(key, nonce) != said) continue;
    const std::chrono::milliseconds since{static_cast<std::int64_t>(get(bytes.first<6>()))};
    return Nonce{said, WallTime{since}};
  }
  return std::nullopt;
}

}  // namespace flowgate::digest
