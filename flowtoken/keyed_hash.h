// SipHash (Aumasson, Bernstein: "SipHash: a fast short-input PRF") for tables whose keys a peer chooses: a
// Branch, a Call-ID, an address-of-record. With a key that the peer does not know, chosen keys cannot be made
// to collide. SipHash-1-3 where a table compares the keys themselves, SipHash-2-4 where the hash stands for
// them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace flowgate {

using HashKey = std::array<std::uint64_t, 2>;

std::uint64_t siphash24(const HashKey& key, std::string_view data) noexcept;
std::uint64_t siphash13(const HashKey& key, std::string_view data) noexcept;
// The same of whole words: of their octets, lowest first.
std::uint64_t siphash13(const HashKey& key, std::span<const std::uint64_t> words) noexcept;
// The variant with 128 bits.
std::array<std::uint64_t, 2> siphash24_128(const HashKey& key, std::string_view data) noexcept;

// The key of this process, drawn from OpenSSL's random source on first use. Thread-safe.
const HashKey& process_hash_key();

// A transparent hasher for std::string and std::string_view keys.
struct KeyedHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return siphash13(process_hash_key(), text); }
};

}  // namespace flowgate
