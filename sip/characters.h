// Character classes of the SIP grammar (RFC 3261 §25.1), one table look-up each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sip/text.h"

namespace flowgate::sip {

enum class Chars : std::uint16_t {
  token = 1,       // alphanum / "-.!%*_+`'~"
  user = 2,        // unreserved / user-unreserved
  password = 4,    // unreserved / "&=+$,"
  paramchar = 8,   // unreserved / param-unreserved
  hnv = 16,        // unreserved / hnv-unreserved
  gen_value = 32,  // token / host, and "/=": Base64 is met unquoted
  label = 64,      // of a host name: alphanum / "-" and "_", which real host names have
  uric = 128,      // what may stand in a URI at all: visible ASCII but <, >, "
  quoted = 256,    // qdtext: anything but control characters, '"' and '\\'
  display = 512,   // what a display-name without quotes may hold: text but '\' and "<>,;:
  target = 1024,   // what may stand in a Request-URI, good or bad: anything but blanks, <, >, "
};

constexpr Chars operator|(Chars a, Chars b) {
  return static_cast<Chars>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}

namespace detail {

constexpr std::array<std::uint16_t, 256> character_classes() {
  std::array<std::uint16_t, 256> table{};
  const auto add = [&table](Chars chars, std::string_view members) {
    for (char c : members) table[static_cast<unsigned char>(c)] |= static_cast<std::uint16_t>(chars);
  };
  constexpr std::string_view alphanum = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  constexpr std::string_view mark = "-_.!~*'()";
  for (unsigned bit = 1; bit <= static_cast<unsigned>(Chars::target); bit <<= 1) {
    add(static_cast<Chars>(bit), alphanum);
  }
  for (Chars chars : {Chars::user, Chars::password, Chars::paramchar, Chars::hnv}) add(chars, mark);
  add(Chars::token, "-.!%*_+`'~");
  add(Chars::user, "&=+$,;?/");
  add(Chars::password, "&=+$,");
  add(Chars::paramchar, "[]/:&+$");
  add(Chars::hnv, "[]/?:+$");
  add(Chars::gen_value, "-.!%*_+`'~[]:/=");
  add(Chars::label, "-_");
  for (unsigned c = 0; c < 256; ++c) {
    const bool visible = c > 0x20 && c < 0x7f;
    if (visible && c != '<' && c != '>' && c != '"') table[c] |= static_cast<std::uint16_t>(Chars::uric);
    if (c != ' ' && c != '\t' && c != '<' && c != '>' && c != '"')
      table[c] |= static_cast<std::uint16_t>(Chars::target);
    const bool text = visible || c == ' ' || c == '\t' || c >= 0x80;
    if (text && c != '"' && c != '\\') table[c] |= static_cast<std::uint16_t>(Chars::quoted);
    constexpr std::string_view not_in_display = "\"<>,;:\\";
    if (text && not_in_display.find(static_cast<char>(c)) == not_in_display.npos)
      table[c] |= static_cast<std::uint16_t>(Chars::display);
  }
  return table;
}

inline constexpr auto classes = character_classes();

}  // namespace detail

constexpr bool is(Chars chars, char c) {
  return (detail::classes[static_cast<unsigned char>(c)] & static_cast<std::uint16_t>(chars)) != 0;
}
constexpr bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

}  // namespace flowgate::sip
