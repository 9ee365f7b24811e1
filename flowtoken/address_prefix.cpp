#include "flowtoken/address_prefix.h"

#include <algorithm>
#include <charconv>

namespace flowgate {
namespace {

std::optional<unsigned> length_from(std::string_view digits, unsigned most) {
  unsigned length = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, length);
  if (error != std::errc() || stopped != end || length > most) return std::nullopt;
  return length;
}

}  // namespace

std::optional<AddressPrefix> AddressPrefix::from(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view literal = text.substr(0, slash);
  const auto first = Endpoint::from(literal, 0);
  if (!first) return std::nullopt;
  const unsigned bits = first->v6 ? 128 : 32;
  if (slash == std::string_view::npos) return AddressPrefix(*first, bits);

  // The length of an IPv4-mapped prefix would count the 96 bits that Endpoint takes away.
  const bool mapped = !first->v6 && literal.find(':') != std::string_view::npos;
  const auto length = length_from(text.substr(slash + 1), bits);
  if (mapped || !length) return std::nullopt;
  const AddressPrefix prefix = around(*first, *length);
  if (prefix.first() != *first) return std::nullopt;
  return prefix;
}

AddressPrefix AddressPrefix::around(const Endpoint& address, unsigned length) {
  AddressPrefix prefix(address, length);
  prefix.first_.port = 0;
  for (unsigned octet = 0; octet < address.ip.size(); ++octet) prefix.first_.ip[octet] &= prefix.mask(octet);
  return prefix;
}

bool AddressPrefix::contains(const Endpoint& address) const {
  if (address.v6 != first_.v6) return false;
  for (unsigned octet = 0; octet < address.ip.size(); ++octet) {
    if (((address.ip[octet] ^ first_.ip[octet]) & mask(octet)) != 0) return false;
  }
  return true;
}

// Ones where that octet of an address belongs to the prefix.
std::uint8_t AddressPrefix::mask(unsigned octet) const {
  const unsigned before = 8 * octet;
  const unsigned ones = length_ <= before ? 0 : std::min(length_ - before, 8U);
  return static_cast<std::uint8_t>(0xff00U >> ones);
}

}  // namespace flowgate
