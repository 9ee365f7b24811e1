// A Binding request as it came: RFC 5389 §6 and §7.3, RFC 3489 §11.1.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace flowgate::stun {

inline constexpr std::size_t header_size = 20;
inline constexpr std::size_t attribute_header_size = 4;
inline constexpr std::uint32_t magic_cookie = 0x2112a442;

enum class Attribute : std::uint16_t {
  mapped_address = 0x0001,
  response_address = 0x0002,  // RFC 3489
  change_request = 0x0003,    // RFC 3489
  source_address = 0x0004,    // RFC 3489
  changed_address = 0x0005,   // RFC 3489
  username = 0x0006,
  password = 0x0007,  // RFC 3489
  message_integrity = 0x0008,
  error_code = 0x0009,
  unknown_attributes = 0x000a,
  reflected_from = 0x000b,  // RFC 3489
  realm = 0x0014,
  nonce = 0x0015,
  message_integrity_sha256 = 0x001c,  // RFC 8489
  password_algorithm = 0x001d,        // RFC 8489
  userhash = 0x001e,                  // RFC 8489
  xor_mapped_address = 0x0020,
  fingerprint = 0x8028,
};

// RFC 5389 §15: "comprehension-required" attributes have the types 0x0000 to 0x7FFF; RFC 3489 §11.2 says the
// same of its mandatory ones.
constexpr bool must_be_understood(std::uint16_t type) {
  return type < 0x8000;
}

// The types that we must understand and do not, each once, the first few of them.
class UnknownAttributes {
 public:
  static constexpr std::size_t max = 16;

  void add(std::uint16_t type);
  bool empty() const { return size_ == 0; }
  std::span<const std::uint16_t> types() const { return {types_.data(), size_}; }

 private:
  std::array<std::uint16_t, max> types_{};
  std::size_t size_ = 0;
};

struct Request {
  // The 16 octets that the answer echoes: magic cookie and transaction id, or the transaction id of RFC 3489.
  // Points into the datagram.
  std::string_view transaction;
  // RFC 5389 §12.2: no magic cookie, so the client speaks RFC 3489.
  bool classic = false;
  // It had a FINGERPRINT, and that matched.
  bool fingerprint = false;
  UnknownAttributes unknown;
};

// Nothing unless the datagram is one whole and well-formed Binding request.
std::optional<Request> parse_request(std::string_view datagram);

}  // namespace flowgate::stun
