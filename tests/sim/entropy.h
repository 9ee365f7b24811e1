// OpenSSL's random source, as far as flowgate uses it, under the seed's command: temporary GRUUs draw a nonce
// from it and the process its hash key.
#pragma once

#include <cstdint>

namespace flowgate::sim {

// The process's hash key is drawn now, from `key`, if it has not been yet.
void choose_hash_key(std::uint64_t key);
// Whatever is drawn from now on follows from `seed`.
void seed_entropy(std::uint64_t seed);

}  // namespace flowgate::sim
