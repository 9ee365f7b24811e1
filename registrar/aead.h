// AES-256-GCM (NIST SP 800-38D): what it sealed, only it opens, and only unchanged.
//
//   octets 0-11  nonce
//   then         ciphertext, as long as the plaintext
//   then         tag, 16 octets
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace flowgate::registrar {

// Not thread-safe.
class Aead {
 public:
  static constexpr std::size_t nonce_size = 12, tag_size = 16, overhead = nonce_size + tag_size;

  // Throws std::runtime_error when OpenSSL has no AES-256-GCM.
  explicit Aead(const std::array<std::uint8_t, 32>& key);

  // Writes plaintext.size() + overhead octets to `sealed`, with a random nonce. False when OpenSSL has no
  // randomness.
  [[nodiscard]] bool seal(std::string_view plaintext, std::string_view associated,
                          std::span<std::uint8_t> sealed);
  // With a nonce that no other plaintext is ever sealed with.
  using Nonce = std::array<std::uint8_t, nonce_size>;
  [[nodiscard]] bool seal(std::string_view plaintext, std::string_view associated, const Nonce& nonce,
                          std::span<std::uint8_t> sealed);
  // Nothing when it was not sealed here with the same `associated` data.
  [[nodiscard]] std::optional<std::string> open(std::span<std::uint8_t> sealed, std::string_view associated);

 private:
  struct Free {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };
  using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;
  Context encrypt_{EVP_CIPHER_CTX_new()}, decrypt_{EVP_CIPHER_CTX_new()};
  // Random; OpenSSL's generator costs about as much for one as for many.
  std::array<Nonce, 256> nonces_;
  std::size_t nonces_left_ = 0;
};

}  // namespace flowgate::registrar
