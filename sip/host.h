// host and port: the end of a URI's hostport and of a Via's sent-by (RFC 3261 §25.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sip/cursor.h"

namespace flowgate::sip {

struct Host {
  std::string_view text;  // IPv6 without its brackets
  bool v6 = false;
};

// Takes hostname / IPv4address / IPv6reference, or nothing. What follows it is not looked at.
[[nodiscard]] std::optional<Host> take_host(Cursor& cursor);

// Takes port = 1*DIGIT, 1 to 65535, or nothing.
[[nodiscard]] std::optional<std::uint16_t> take_port(Cursor& cursor);

// Names without case, IPv6 addresses by value (RFC 4291 §2.2: one address has many spellings).
bool same_host(const Host& a, const Host& b);

}  // namespace flowgate::sip
