#include "proxy/server/random_number.h"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace flowgate::server {

// OpenSSL's generator costs about as much for one number as for many.
std::uint64_t random_number() {
  thread_local std::array<std::uint64_t, 64> numbers;
  thread_local std::size_t left = 0;
  if (left == 0) {
    if (RAND_bytes(reinterpret_cast<unsigned char*>(numbers.data()), sizeof numbers) != 1) {
      throw std::runtime_error("OpenSSL has no random numbers");
    }
    left = numbers.size();
  }
  return std::exchange(numbers[--left], 0);
}

}  // namespace flowgate::server
