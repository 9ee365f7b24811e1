#include "registrar/digest/hash.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "sip/text.h"

namespace flowgate::digest {
namespace {

const char* openssl_name(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::md5:
      return "MD5";
    case Algorithm::sha256:
      return "SHA2-256";
    case Algorithm::sha512_256:
      return "SHA2-512/256";
  }
  return "";
}

}  // namespace

Hash::Hash() {
  for (const Algorithm algorithm : {Algorithm::md5, Algorithm::sha256, Algorithm::sha512_256}) {
    Fetched& fetched = fetched_[static_cast<std::size_t>(algorithm)];
    fetched.digest.reset(EVP_MD_fetch(nullptr, openssl_name(algorithm), nullptr));
    fetched.context.reset(EVP_MD_CTX_new());
    // From the second Init on, the context keeps its memory.
    if (!fetched.digest || !fetched.context ||
        EVP_DigestInit_ex2(fetched.context.get(), fetched.digest.get(), nullptr) != 1) {
      throw std::runtime_error("OpenSSL has no " + std::string(algorithm_name(algorithm)));
    }
  }
}

HexHash Hash::operator()(Algorithm algorithm, std::initializer_list<std::string_view> pieces) {
  text_.clear();
  for (const std::string_view piece : pieces) (text_ += piece) += ':';
  text_.pop_back();
  EVP_MD_CTX* const context = fetched_[static_cast<std::size_t>(algorithm)].context.get();
  EVP_DigestInit_ex2(context, nullptr, nullptr);
  EVP_DigestUpdate(context, text_.data(), text_.size());
  std::array<unsigned char, EVP_MAX_MD_SIZE> octets;
  EVP_DigestFinal_ex(context, octets.data(), nullptr);
  HexHash hash;
  hash.size = hex_digits(algorithm);
  for (std::size_t i = 0; i < hash.size / 2; ++i) {
    hash.digits[2 * i] = "0123456789abcdef"[octets[i] >> 4];
    hash.digits[2 * i + 1] = "0123456789abcdef"[octets[i] & 15];
  }
  return hash;
}

bool same_digits(std::string_view expected, std::string_view given) {
  std::array<char, 64> lowered;
  if (given.size() != expected.size() || given.size() > lowered.size()) return false;
  std::ranges::transform(given, lowered.begin(), sip::lower);
  return CRYPTO_memcmp(lowered.data(), expected.data(), expected.size()) == 0;
}

}  // namespace flowgate::digest
