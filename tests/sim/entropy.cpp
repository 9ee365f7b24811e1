#include "sim/entropy.h"

#include <openssl/rand.h>

#include "flowtoken/keyed_hash.h"
#include "sim/random.h"

namespace flowgate::sim {
namespace {

Random& source() {
  static Random random{0};
  return random;
}

}  // namespace

void choose_hash_key(std::uint64_t key) {
  source() = Random{key};
  process_hash_key();
}

void seed_entropy(std::uint64_t seed) {
  source() = Random{seed}.stream("entropy");
}

}  // namespace flowgate::sim

// In the place of libcrypto's function of this name, for flowgate's calls of it: the linker takes the first.
extern "C" int RAND_bytes(unsigned char* octets, int size) {
  for (int i = 0; i < size; ++i) octets[i] = static_cast<unsigned char>(flowgate::sim::source().next() >> 56);
  return 1;
}
