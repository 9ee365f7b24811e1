#include "flowtoken/keyed_hash.h"

#include <openssl/rand.h>

#include <bit>
#include <cstring>
#include <stdexcept>

namespace flowgate {
namespace {

// SipHash-c-d: c rounds for each word, d at the end.
template <int c, int d>
struct SipState {
  std::uint64_t v0, v1, v2, v3;

  explicit SipState(const HashKey& key)
      : v0(key[0] ^ 0x736f6d6570736575),
        v1(key[1] ^ 0x646f72616e646f6d),
        v2(key[0] ^ 0x6c7967656e657261),
        v3(key[1] ^ 0x7465646279746573) {}

  void rounds(int count) {
    while (count-- > 0) round();
  }
  void round() {
    v0 += v1, v1 = std::rotl(v1, 13), v1 ^= v0, v0 = std::rotl(v0, 32);
    v2 += v3, v3 = std::rotl(v3, 16), v3 ^= v2;
    v0 += v3, v3 = std::rotl(v3, 21), v3 ^= v0;
    v2 += v1, v1 = std::rotl(v1, 17), v1 ^= v2, v2 = std::rotl(v2, 32);
  }
  void compress(std::uint64_t word) {
    v3 ^= word;
    rounds(c);
    v0 ^= word;
  }
  void compress(std::string_view data);
  std::uint64_t finish(std::uint64_t mark) {
    v2 ^= mark;
    rounds(d);
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

static_assert(std::endian::native == std::endian::little, "SipHash reads its words lowest octet first");

template <int c, int d>
void SipState<c, d>::compress(std::string_view data) {
  std::uint64_t word = 0;
  const std::size_t left = data.size() % sizeof word;
  const char* const end = data.data() + data.size();
  for (const char* at = data.data(); at != end - left; at += sizeof word) {
    std::memcpy(&word, at, sizeof word);
    compress(word);
  }
  // The last word carries what is left and, in its highest octet, the length modulo 256.
  if (left == 0) {
    word = 0;
  } else if (data.size() > sizeof word) {
    // The last eight octets, without those that were in the word before.
    std::memcpy(&word, end - sizeof word, sizeof word);
    word >>= 8 * (sizeof word - left);
  } else {
    for (std::size_t i = 0; i < left; ++i)
      word |= std::uint64_t{static_cast<unsigned char>(data[i])} << (8 * i);
  }
  compress(word | std::uint64_t{data.size()} << 56);
}

HashKey random_key() {
  HashKey key;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), sizeof key) != 1) {
    throw std::runtime_error("the random source of OpenSSL gives no hash key");
  }
  return key;
}

}  // namespace

std::uint64_t siphash24(const HashKey& key, std::string_view data) noexcept {
  SipState<2, 4> state(key);
  state.compress(data);
  return state.finish(0xff);
}

std::uint64_t siphash13(const HashKey& key, std::string_view data) noexcept {
  SipState<1, 3> state(key);
  state.compress(data);
  return state.finish(0xff);
}

std::array<std::uint64_t, 2> siphash24_128(const HashKey& key, std::string_view data) noexcept {
  SipState<2, 4> state(key);
  state.v1 ^= 0xee;
  state.compress(data);
  const std::uint64_t low = state.finish(0xee);
  state.v1 ^= 0xdd;
  return {low, state.finish(0)};
}

std::uint64_t siphash13(const HashKey& key, std::span<const std::uint64_t> words) noexcept {
  SipState<1, 3> state(key);
  for (const std::uint64_t word : words) state.compress(word);
  state.compress(std::uint64_t{words.size() * sizeof(std::uint64_t)} << 56);
  return state.finish(0xff);
}

const HashKey& process_hash_key() {
  static const HashKey key = random_key();
  return key;
}

}  // namespace flowgate
