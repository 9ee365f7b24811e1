// H(a ":" b ":" ...) in hexadecimal digits: RFC 7616 §3.3 and §3.4.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

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

  // Of the pieces, joined by colons.
  HexHash operator()(Algorithm algorithm, std::initializer_list<std::string_view> pieces);

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
  std::array<Fetched, algorithm_count> fetched_;
  std::string text_;  // the pieces, joined
};

// Whether the two are equal, in a time that does not tell where they differ. `given` may have capital digits.
bool same_digits(std::string_view expected, std::string_view given);

}  // namespace flowgate::digest
