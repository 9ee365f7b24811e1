// Nonces that need no table: RFC 7616 §3.3, §5.4 and §5.8.
//
//   octets 0-5    milliseconds since 1970 at which it was minted
//   octets 6-11   random
//   octets 12-19  SipHash-2-4 of both, under a key for the realm
//
// written as base64url. The key is derived from the flow-token key file, so that a nonce from before a
// restart is known to be ours, and old: its client hears stale=true and does not ask its user for a password.
//
// 64 bits of MAC are enough for what is asked online only: who guesses one right in 2^64 still has to know
// the password, and has gained nothing but a nonce that he could have asked for.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowtoken/keyed_hash.h"
#include "flowtoken/token.h"

namespace flowgate::digest {

// Time as all processes know it that share a key file.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

struct Nonce {
  std::uint64_t id = 0;  // no two are the same
  WallTime minted;
};

// Immutable; thread-safe.
class Nonces {
 public:
  Nonces(const TokenKeys& keys, std::string_view realm);

  // Appends one to `out`. `random`: unpredictable.
  void mint(WallTime now, std::uint64_t random, std::string& out) const;
  // Nothing when we, or another process with the same keys and realm, have not minted it.
  std::optional<Nonce> verify(std::string_view text) const;

 private:
  std::vector<HashKey> keys_;  // the first one mints
};

}  // namespace flowgate::digest
