#include "registrar/ha1.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>

namespace flowgate::registrar {
namespace {

std::string hexadecimal(const unsigned char* octets, unsigned size) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += digits[octets[i] >> 4];
    text += digits[octets[i] & 15];
  }
  return text;
}

std::string hash(const char* algorithm, std::string_view text) {
  const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> md(EVP_MD_fetch(nullptr, algorithm, nullptr),
                                                           &EVP_MD_free);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (!md || EVP_Digest(text.data(), text.size(), digest.data(), &size, md.get(), nullptr) != 1) {
    throw std::runtime_error(std::string("OpenSSL has no ") + algorithm);
  }
  return hexadecimal(digest.data(), size);
}

}  // namespace

User user_with_password(std::string_view name, std::string_view realm, std::string_view password) {
  std::string text;
  text.reserve(name.size() + realm.size() + password.size() + 2);  // no second copy of the password
  text.append(name).append(":").append(realm).append(":").append(password);
  User user;
  user.name = name;
  user.ha1_md5 = hash("MD5", text);
  user.ha1_sha256 = hash("SHA256", text);
  user.ha1_sha512_256 = hash("SHA512-256", text);
  OPENSSL_cleanse(text.data(), text.size());
  return user;
}

}  // namespace flowgate::registrar
