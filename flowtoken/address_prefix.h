// An address prefix, RFC 4291 §2.3 and RFC 4632 §3.1: all addresses that begin with the same bits.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "flowtoken/flow.h"

namespace flowgate {

class AddressPrefix {
 public:
  // "10.0.0.0/8", "2001:db8::/32"; an address alone is the prefix of all its bits. Nothing when a bit behind
  // the prefix is set, for that is a slip: nobody knows which of the two was meant.
  static std::optional<AddressPrefix> from(std::string_view text);

  // The one of that length, at most 32 or 128 bits, that the address is in.
  static AddressPrefix around(const Endpoint& address, unsigned length);

  // Its first address, without a port.
  const Endpoint& first() const { return first_; }

  // Ports do not matter. An IPv6 prefix, "::/0" among them, contains no IPv4 address.
  bool contains(const Endpoint& address) const;

  friend bool operator==(const AddressPrefix&, const AddressPrefix&) = default;

 private:
  AddressPrefix(const Endpoint& first, unsigned length) : first_(first), length_(length) {}
  std::uint8_t mask(unsigned octet) const;

  Endpoint first_;  // port 0
  unsigned length_;
};

}  // namespace flowgate
