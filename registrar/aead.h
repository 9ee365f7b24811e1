// Authenticated encryption with associated data: what it sealed, only it opens, and only unchanged.
//
//   octets 0-11  nonce
//   then         ciphertext, as long as the plaintext: AES-256 in counter mode (NIST SP 800-38A §6.5), the
//                counter block being the nonce and a number of 32 bits, from 0
//   then         tag, 16 octets: SipHash-2-4 of 128 bits, under a key of its own, over the length of the
//                associated data, these, the nonce and the ciphertext (encrypt-then-MAC)
//
// Not AES-GCM, because what is sealed is short, and OpenSSL's way to a cipher costs ten times the cipher:
// here one call encrypts the counter blocks of many seals to come.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flowtoken/keyed_hash.h"

namespace flowgate::registrar {

// Not thread-safe.
class Aead {
 public:
  static constexpr std::size_t nonce_size = 12, tag_size = 16, overhead = nonce_size + tag_size;

  // Throws std::runtime_error when OpenSSL has no AES-256.
  explicit Aead(const std::array<std::uint8_t, 32>& key);
  ~Aead();
  Aead(Aead&&) noexcept;

  // Writes plaintext.size() + overhead octets to `sealed`, with a random nonce. False when OpenSSL fails.
  [[nodiscard]] bool seal(std::string_view plaintext, std::string_view associated,
                          std::span<std::uint8_t> sealed);
  // With a nonce that no other plaintext is ever sealed with.
  using Nonce = std::array<std::uint8_t, nonce_size>;
  [[nodiscard]] bool seal(std::string_view plaintext, std::string_view associated, const Nonce& nonce,
                          std::span<std::uint8_t> sealed);
  // Nothing when it was not sealed here with the same `associated` data.
  [[nodiscard]] std::optional<std::string> open(std::span<const std::uint8_t> sealed,
                                                std::string_view associated);

 private:
  static constexpr std::size_t block_size = 16, blocks_ahead = 4, seals_ahead = 64;
  using Octets = std::vector<std::uint8_t>;
  using Tag = std::array<std::uint8_t, tag_size>;

  bool look_ahead();
  // Writes as much keystream as there is room for, in whole blocks.
  bool make_keystream(const Nonce& nonce, std::span<std::uint8_t> out);
  bool encrypt(std::span<std::uint8_t> blocks);
  void finish(std::string_view plaintext, std::string_view associated, const Nonce& nonce,
              std::span<const std::uint8_t> keystream, std::span<std::uint8_t> sealed);
  Tag tag(std::string_view associated, std::span<const std::uint8_t> nonce_and_ciphertext);

  struct Free {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };
  std::unique_ptr<EVP_CIPHER_CTX, Free> cipher_{EVP_CIPHER_CTX_new()};
  HashKey tag_key_{};
  // For the next seals, the last one first: random nonces, and the keystream of each. Used once, then wiped.
  std::size_t left_ = 0;
  std::vector<Nonce> nonces_;
  Octets keystream_;
  std::string authenticated_;  // keeps its room
};

}  // namespace flowgate::registrar
