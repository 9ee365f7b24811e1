#include "registrar/aead.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <stdexcept>

namespace flowgate::registrar {
namespace {

constexpr std::size_t blocks_of(std::size_t octets, std::size_t block_size) {
  return (octets + block_size - 1) / block_size;
}

// The counter blocks of `nonce`, one behind the other; whole blocks.
void write_counter_blocks(const Aead::Nonce& nonce, std::span<std::uint8_t> out) {
  std::uint32_t number = 0;
  for (std::uint8_t* to = out.data(); to != out.data() + out.size(); ++number) {
    to = std::ranges::copy(nonce, to).out;
    for (int shift = 24; shift >= 0; shift -= 8) *to++ = static_cast<std::uint8_t>(number >> shift);
  }
}

}  // namespace

Aead::Aead(const std::array<std::uint8_t, 32>& key) {
  // No counter block is like this one: the number in it would be its last.
  std::array<std::uint8_t, block_size> tag_key;
  tag_key.fill(0xff);
  if (!cipher_ || EVP_EncryptInit_ex(cipher_.get(), EVP_aes_256_ecb(), nullptr, key.data(), nullptr) != 1 ||
      EVP_CIPHER_CTX_set_padding(cipher_.get(), 0) != 1 || !encrypt(tag_key)) {
    throw std::runtime_error("OpenSSL has no AES-256");
  }
  std::memcpy(tag_key_.data(), tag_key.data(), sizeof tag_key_);
  OPENSSL_cleanse(tag_key.data(), tag_key.size());
}

Aead::~Aead() {
  OPENSSL_cleanse(tag_key_.data(), sizeof tag_key_);
  OPENSSL_cleanse(keystream_.data(), keystream_.size());
}
Aead::Aead(Aead&&) noexcept = default;

// In place; whole blocks.
bool Aead::encrypt(std::span<std::uint8_t> blocks) {
  int size = 0;
  return EVP_EncryptUpdate(cipher_.get(), blocks.data(), &size, blocks.data(),
                           static_cast<int>(blocks.size())) == 1 &&
         static_cast<std::size_t>(size) == blocks.size();
}

bool Aead::make_keystream(const Nonce& nonce, std::span<std::uint8_t> out) {
  write_counter_blocks(nonce, out);
  return encrypt(out);
}

bool Aead::look_ahead() {
  constexpr std::size_t each = blocks_ahead * block_size;
  nonces_.resize(seals_ahead);
  keystream_.resize(seals_ahead * each);
  if (RAND_bytes(nonces_.front().data(), seals_ahead * nonce_size) != 1) return false;
  for (std::size_t i = 0; i < seals_ahead; ++i)
    write_counter_blocks(nonces_[i], std::span{keystream_}.subspan(i * each, each));
  if (!encrypt(keystream_)) return false;
  left_ = seals_ahead;
  return true;
}

bool Aead::seal(std::string_view plaintext, std::string_view associated, std::span<std::uint8_t> sealed) {
  constexpr std::size_t each = blocks_ahead * block_size;
  if (left_ == 0 && !look_ahead()) return false;
  const Nonce& nonce = nonces_[--left_];
  const auto keystream = std::span{keystream_}.subspan(left_ * each, each);
  bool sealed_all = true;
  if (plaintext.size() <= each) {
    finish(plaintext, associated, nonce, keystream, sealed);
  } else {
    sealed_all = seal(plaintext, associated, nonce, sealed);
  }
  std::ranges::fill(keystream, std::uint8_t{0});
  return sealed_all;
}

bool Aead::seal(std::string_view plaintext, std::string_view associated, const Nonce& nonce,
                std::span<std::uint8_t> sealed) {
  Octets keystream(blocks_of(plaintext.size(), block_size) * block_size);
  if (!make_keystream(nonce, keystream)) return false;
  finish(plaintext, associated, nonce, keystream, sealed);
  OPENSSL_cleanse(keystream.data(), keystream.size());
  return true;
}

void Aead::finish(std::string_view plaintext, std::string_view associated, const Nonce& nonce,
                  std::span<const std::uint8_t> keystream, std::span<std::uint8_t> sealed) {
  assert(sealed.size() == plaintext.size() + overhead && keystream.size() >= plaintext.size());
  std::uint8_t* const text = std::ranges::copy(nonce, sealed.data()).out;
  for (std::size_t i = 0; i < plaintext.size(); ++i)
    text[i] = static_cast<std::uint8_t>(plaintext[i]) ^ keystream[i];
  std::ranges::copy(tag(associated, sealed.first(nonce_size + plaintext.size())), text + plaintext.size());
}

Aead::Tag Aead::tag(std::string_view associated, std::span<const std::uint8_t> nonce_and_ciphertext) {
  const std::uint64_t size = associated.size();
  authenticated_.assign(reinterpret_cast<const char*>(&size), sizeof size);
  authenticated_ += associated;
  authenticated_.append(reinterpret_cast<const char*>(nonce_and_ciphertext.data()),
                        nonce_and_ciphertext.size());
  const auto hash = siphash24_128(tag_key_, authenticated_);
  Tag tag;
  static_assert(sizeof hash == tag_size);
  std::memcpy(tag.data(), hash.data(), tag_size);
  return tag;
}

std::optional<std::string> Aead::open(std::span<const std::uint8_t> sealed, std::string_view associated) {
  if (sealed.size() < overhead) return std::nullopt;
  const auto tagged = sealed.first(sealed.size() - tag_size);
  if (CRYPTO_memcmp(tag(associated, tagged).data(), sealed.last(tag_size).data(), tag_size) != 0)
    return std::nullopt;
  Nonce nonce;
  std::ranges::copy(sealed.first(nonce_size), nonce.begin());
  const auto text = tagged.subspan(nonce_size);
  Octets keystream(blocks_of(text.size(), block_size) * block_size);
  if (!make_keystream(nonce, keystream)) return std::nullopt;
  std::string plaintext(text.size(), '\0');
  for (std::size_t i = 0; i < text.size(); ++i) plaintext[i] = static_cast<char>(text[i] ^ keystream[i]);
  return plaintext;
}

}  // namespace flowgate::registrar
