#include "sip/escapes.h"

#include <algorithm>

#include "sip/characters.h"

namespace flowgate::sip {

namespace {

struct Character {
  char value = 0;
  bool escaped = false;  // a reserved character, or '%', that came as "%" HEX HEX
  bool operator==(const Character&) const = default;
};

// Takes the next character off `text`, which must not be empty.
Character take_character(std::string_view& text, Case letters) {
  char c = text.front();
  const int high = c == '%' && text.size() > 2 ? hex_value(text[1]) : -1;
  const int low = high >= 0 ? hex_value(text[2]) : -1;
  const bool escaped = low >= 0;
  if (escaped) c = static_cast<char>(high * 16 + low);
  text.remove_prefix(escaped ? 3 : 1);
  constexpr std::string_view stays_escaped = ";/?:@&=+$,%";  // RFC 2396 §2.2
  return {letters == Case::ignored ? lower(c) : c, escaped && stays_escaped.find(c) != stays_escaped.npos};
}

}  // namespace

bool same_unescaped(std::string_view a, std::string_view b, Case letters) {
  while (!a.empty() && !b.empty()) {
    if (take_character(a, letters) != take_character(b, letters)) return false;
  }
  return a.empty() && b.empty();
}

std::string canonical(std::string_view text, Case letters) {
  std::string out;
  out.reserve(text.size());
  append_canonical(out, text, letters);
  return out;
}

void append_canonical(std::string& out, std::string_view text, Case letters) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  while (!text.empty()) {
    // Most text has no escapes.
    const std::string_view plain = text.substr(0, text.find('%'));
    const auto begin = static_cast<std::ptrdiff_t>(out.size());
    out += plain;
    if (letters == Case::ignored) std::transform(out.begin() + begin, out.end(), out.begin() + begin, lower);
    text.remove_prefix(plain.size());
    if (text.empty()) return;
    const Character c = take_character(text, letters);
    if (c.escaped) {
      const auto octet = static_cast<unsigned char>(c.value);
      out += {'%', digits[octet >> 4], digits[octet & 15]};
    } else {
      out += c.value;
    }
  }
}

void append_user(std::string& out, std::string_view name) {
  for (const char c : name) {
    if (is(Chars::user, c)) {
      out += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      out += {'%', "0123456789ABCDEF"[octet >> 4], "0123456789ABCDEF"[octet & 15]};
    }
  }
}

}  // namespace flowgate::sip
