// STUN messages as the tests write and read them, apart from the code under test.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stun/fingerprint.h"
#include "stun/stun.h"

namespace flowgate::stun {

// "21 12 a4 42" as octets.
inline std::string octets(std::string_view hex) {
  std::string out;
  int high = -1;
  for (const char c : hex) {
    const std::size_t digit = std::string_view("0123456789abcdef").find(c);
    if (digit == std::string_view::npos) continue;
    if (high >= 0) out += static_cast<char>(high << 4 | static_cast<int>(digit));
    high = high >= 0 ? -1 : static_cast<int>(digit);
  }
  return out;
}

inline std::string number16(unsigned value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value)};
}

inline std::string number32(std::uint32_t value) {
  return number16(value >> 16) + number16(value & 0xffff);
}

inline unsigned read16(std::string_view text, std::size_t at) {
  return static_cast<unsigned>(static_cast<unsigned char>(text[at])) << 8 |
         static_cast<unsigned char>(text[at + 1]);
}

inline std::string attribute(unsigned type, std::string_view value = {}) {
  std::string out = number16(type) + number16(static_cast<unsigned>(value.size()));
  out += value;
  out.resize((out.size() + 3) / 4 * 4);
  return out;
}

inline const std::string transaction = octets("21 12 a4 42  b7 e7 a7 01 bc 34 d6 86 fa 87 df ae");
inline const std::string classic_transaction = octets("00 11 22 33  b7 e7 a7 01 bc 34 d6 86 fa 87 df ae");

inline std::string message(unsigned type, const std::string& id, const std::string& attributes = {}) {
  return number16(type) + number16(static_cast<unsigned>(attributes.size())) + id + attributes;
}

inline std::string request(const std::string& attributes = {}) {
  return message(0x0001, transaction, attributes);
}

inline std::string classic_request(const std::string& attributes = {}) {
  return message(0x0001, classic_transaction, attributes);
}

// The same message with a FINGERPRINT that matches.
inline std::string with_fingerprint(std::string text) {
  text.replace(2, 2, number16(static_cast<unsigned>(text.size()) - 20 + 8));
  return text + attribute(0x8028, number32(fingerprint(text)));
}

inline const Endpoint alice = *Endpoint::from("192.0.2.1", 32853);
inline const Endpoint alice_v6 = *Endpoint::from("2001:db8:1234:5678:11:2233:4455:6677", 32853);

inline std::string answer(std::string_view datagram, const Endpoint& remote = alice) {
  std::array<char, max_response_bytes> out;
  const std::size_t size = respond(datagram, remote, out);
  EXPECT_LE(size, out.size());
  return {out.data(), size};
}

struct Message {
  unsigned type = 0;
  std::string id;
  std::vector<std::pair<unsigned, std::string>> attributes;

  std::string value(unsigned wanted) const {
    for (const auto& [type, value] : attributes) {
      if (type == wanted) return value;
    }
    return "none";
  }
  std::vector<unsigned> types() const {
    std::vector<unsigned> types;
    for (const auto& attribute : attributes) types.push_back(attribute.first);
    return types;
  }
};

// A strict reader: anything that is not well formed fails the test.
inline Message decode(std::string_view text) {
  Message message;
  if (text.size() < 20 || read16(text, 2) != text.size() - 20) {
    ADD_FAILURE() << "not a STUN message of " << text.size() << " octets";
    return message;
  }
  message.type = read16(text, 0);
  message.id = text.substr(4, 16);
  for (std::size_t at = 20; at < text.size();) {
    const std::size_t length = at + 4 <= text.size() ? read16(text, at + 2) : text.size();
    if (at + 4 + (length + 3) / 4 * 4 > text.size()) {
      ADD_FAILURE() << "an attribute at " << at << " that is cut";
      return message;
    }
    if (read16(text, at) == 0x8028) {
      EXPECT_EQ(at + 8, text.size()) << "FINGERPRINT is the last attribute";
      EXPECT_EQ(text.substr(at + 4), number32(fingerprint(text.substr(0, at))));
    }
    message.attributes.emplace_back(read16(text, at), text.substr(at + 4, length));
    at += 4 + (length + 3) / 4 * 4;
  }
  return message;
}

}  // namespace flowgate::stun
