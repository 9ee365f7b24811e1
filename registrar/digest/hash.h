// H(a ":" b ":" ...) in hexadecimal digits: RFC 7616 §3.3 and §3.4.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

#include "registrar/digest/algorithm.h"

namespace flowgate::digest {

// Lower-case hexadecimal digits (RFC 8760 §2.2).
struct HexHash {
  std::array<char, 64> digits{};
  std::size_t size = 0;
  std::string_view text() const { return {digits.data(), size}; }
};

// Holds what OpenSSL looks up by name, so that no message pays for that. Not thread-safe: one per shard.
class Hash {
 public:
  // Throws std::runtime_error when OpenSSL lacks one of the algorithms.
  Hash();

  using Pieces = std::initializer_list<std::string_view>;

  // Of the pieces, joined by colons.
  HexHash operator()(Algorithm algorithm, Pieces pieces);
  // Whether `given` is that, in digits of either case; in a time that does not tell where they differ.
  bool is(std::string_view given, Algorithm algorithm, Pieces pieces);

 private:
  struct FreeDigest {
    void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
  };
  struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  struct Fetched {
    std::unique_ptr<EVP_MD, FreeDigest> digest;
    std::unique_ptr<EVP_MD_CTX, FreeContext> context;
  };
  // Half of hex_digits(algorithm) of them count.
  using Octets = std::array<unsigned char, EVP_MAX_MD_SIZE>;
  Octets octets(Algorithm algorithm, Pieces pieces);

  std::array<Fetched, algorithm_count> fetched_;
  std::vector<char> joined_;  // as large as it ever had to be
};

}  // namespace flowgate::digest
