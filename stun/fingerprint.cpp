#include "stun/fingerprint.h"

#include <array>

namespace flowgate::stun {
namespace {

constexpr std::uint32_t reversed_polynomial = 0xedb88320;
constexpr std::uint32_t stun_in_ascii = 0x5354554e;

constexpr auto crc_of_octet = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t octet = 0; octet < table.size(); ++octet) {
    std::uint32_t crc = octet;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? reversed_polynomial : 0);
    table[octet] = crc;
  }
  return table;
}();

}  // namespace

std::uint32_t fingerprint(std::string_view message) noexcept {
  std::uint32_t crc = 0xffffffff;
  for (const char c : message) crc = (crc >> 8) ^ crc_of_octet[(crc ^ static_cast<unsigned char>(c)) & 0xff];
  return ~crc ^ stun_in_ascii;
}

}  // namespace flowgate::stun
