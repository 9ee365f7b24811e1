#include "registrar/digest/hash.h"

#include <openssl/crypto.h>

#include <stdexcept>
#include <string>

#include "sip/characters.h"

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

constexpr std::uint8_t no_digit = 16;

constexpr auto values = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < table.size(); ++c) {
    const int value = sip::hex_value(static_cast<char>(c));
    table[c] = value < 0 ? no_digit : static_cast<std::uint8_t>(value);
  }
  return table;
}();

unsigned value_of(char digit) {
  return values[static_cast<unsigned char>(digit)];
}

}  // namespace

Hash::Hash() {
  for (const Algorithm algorithm : {Algorithm::md5, Algorithm::sha256, Algorithm::sha512_256}) {
    Fetched& fetched = fetched_[static_cast<std::size_t>(algorithm)];
    fetched.digest.reset(EVP_MD_fetch(nullptr, openssl_name(algorithm), nullptr));
    fetched.context.reset(EVP_MD_CTX_new());
    // An Init without a name goes on with what was looked up here.
    if (!fetched.digest || !fetched.context ||
        EVP_DigestInit_ex2(fetched.context.get(), fetched.digest.get(), nullptr) != 1) {
      throw std::runtime_error("OpenSSL has no " + std::string(algorithm_name(algorithm)));
    }
  }
}

HexHash Hash::operator()(Algorithm algorithm, Pieces pieces) {
  const Octets octets = this->octets(algorithm, pieces);
  HexHash hash;
  hash.size = hex_digits(algorithm);
  for (std::size_t i = 0; i < hash.size / 2; ++i) {
    hash.digits[2 * i] = "0123456789abcdef"[octets[i] >> 4];
    hash.digits[2 * i + 1] = "0123456789abcdef"[octets[i] & 15];
  }
  return hash;
}

bool Hash::is(std::string_view given, Algorithm algorithm, Pieces pieces) {
  const Octets expected = octets(algorithm, pieces);
  std::array<unsigned char, EVP_MAX_MD_SIZE> said;
  const std::size_t size = hex_digits(algorithm) / 2;
  if (given.size() != 2 * size) return false;
  unsigned seen = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const unsigned high = value_of(given[2 * i]), low = value_of(given[2 * i + 1]);
    seen |= high | low;
    said[i] = static_cast<unsigned char>(high << 4 | low);
  }
  return (seen & no_digit) == 0 && CRYPTO_memcmp(said.data(), expected.data(), size) == 0;
}

Hash::Octets Hash::octets(Algorithm algorithm, Pieces pieces) {
  std::size_t size = 0;
  for (const std::string_view piece : pieces) size += piece.size() + 1;
  if (joined_.size() < size) joined_.resize(size);
  char* end = joined_.data();
  for (const std::string_view piece : pieces) {
    end += piece.copy(end, piece.size());
    *end++ = ':';
  }
  EVP_MD_CTX* const context = fetched_[static_cast<std::size_t>(algorithm)].context.get();
  EVP_DigestInit_ex2(context, nullptr, nullptr);
  EVP_DigestUpdate(context, joined_.data(), size - 1);
  Octets octets;
  EVP_DigestFinal_ex(context, octets.data(), nullptr);
  return octets;
}

}  // namespace flowgate::digest
