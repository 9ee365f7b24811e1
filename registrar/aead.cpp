#include "registrar/aead.h"

#include <openssl/rand.h>

#include <algorithm>
#include <cassert>
#include <stdexcept>

namespace flowgate::registrar {
namespace {

const std::uint8_t* octets_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

}  // namespace

Aead::Aead(const std::array<std::uint8_t, 32>& key) {
  if (!encrypt_ || !decrypt_ ||
      EVP_EncryptInit_ex(encrypt_.get(), EVP_aes_256_gcm(), nullptr, key.data(), nullptr) != 1 ||
      EVP_DecryptInit_ex(decrypt_.get(), EVP_aes_256_gcm(), nullptr, key.data(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL has no AES-256-GCM");
  }
}

bool Aead::seal(std::string_view plaintext, std::string_view associated, std::span<std::uint8_t> sealed) {
  if (nonces_left_ == 0) {
    if (RAND_bytes(nonces_.front().data(), sizeof nonces_) != 1) return false;
    nonces_left_ = nonces_.size();
  }
  return seal(plaintext, associated, nonces_[--nonces_left_], sealed);
}

bool Aead::seal(std::string_view plaintext, std::string_view associated, const Nonce& nonce,
                std::span<std::uint8_t> sealed) {
  assert(sealed.size() == plaintext.size() + overhead);
  EVP_CIPHER_CTX* const context = encrypt_.get();
  std::uint8_t* const text = std::ranges::copy(nonce, sealed.data()).out;
  std::uint8_t* const tag = text + plaintext.size();
  const auto associated_size = static_cast<int>(associated.size());
  const auto text_size = static_cast<int>(plaintext.size());
  int size = 0;
  return EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, nonce.data()) == 1 &&
         EVP_EncryptUpdate(context, nullptr, &size, octets_of(associated), associated_size) == 1 &&
         EVP_EncryptUpdate(context, text, &size, octets_of(plaintext), text_size) == 1 &&
         EVP_EncryptFinal_ex(context, tag, &size) == 1 &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, tag_size, tag) == 1;
}

std::optional<std::string> Aead::open(std::span<std::uint8_t> sealed, std::string_view associated) {
  if (sealed.size() < overhead) return std::nullopt;
  EVP_CIPHER_CTX* const context = decrypt_.get();
  std::string plaintext(sealed.size() - overhead, '\0');
  auto* const out = reinterpret_cast<std::uint8_t*>(plaintext.data());
  std::uint8_t* const nonce = sealed.data();
  std::uint8_t* const text = nonce + nonce_size;
  std::uint8_t* const tag = text + plaintext.size();
  const auto associated_size = static_cast<int>(associated.size());
  const auto text_size = static_cast<int>(plaintext.size());
  int size = 0;
  const bool authentic =
      EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, nonce) == 1 &&
      EVP_DecryptUpdate(context, nullptr, &size, octets_of(associated), associated_size) == 1 &&
      EVP_DecryptUpdate(context, out, &size, text, text_size) == 1 &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, tag_size, tag) == 1 &&
      EVP_DecryptFinal_ex(context, tag, &size) == 1;
  if (!authentic) return std::nullopt;
  return plaintext;
}

}  // namespace flowgate::registrar
