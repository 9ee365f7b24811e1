#include "registrar/reg_event/xml.h"

#include <array>
#include <cstdint>

namespace flowgate::reg_event {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

// XML 1.0 §2.2: Char ::= #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]
bool is_char(std::uint32_t code) {
  if (code < 0x20) return code == 0x9 || code == 0xa || code == 0xd;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}

// The octets of the character at the front of `text`; 0 when there is none (RFC 3629 §4: the shortest form is
// the only one).
std::size_t char_size(std::string_view text) {
  constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t size = first < 0x80             ? 1
                           : (first & 0xe0) == 0xc0 ? 2
                           : (first & 0xf0) == 0xe0 ? 3
                           : (first & 0xf8) == 0xf0 ? 4
                                                    : 0;
  if (size == 0 || size > text.size()) return 0;
  std::uint32_t code = size == 1 ? first : first & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    if ((octet & 0xc0) != 0x80) return 0;
    code = code << 6 | (octet & 0x3fU);
  }
  return code >= least[size] && is_char(code) ? size : 0;
}

// The entity that stands for the character; "" when it stands for itself. White space other than blanks would
// be a blank in an attribute (XML 1.0 §3.3.3).
std::string_view entity(char c) {
  switch (c) {
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '&':
      return "&amp;";
    case '"':
      return "&quot;";
    case '\t':
      return "&#9;";
    case '\n':
      return "&#10;";
    case '\r':
      return "&#13;";
    default:
      return {};
  }
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = char_size(text);
    const std::string_view written = size == 1 ? entity(text.front()) : std::string_view{};
    if (size == 0) {
      out += replacement;
    } else {
      out += written.empty() ? text.substr(0, size) : written;
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
}

void append_attribute(std::string& out, std::string_view name, std::string_view value) {
  out += ' ';
  out += name;
  out += "=\"";
  append_escaped(out, value);
  out += '"';
}

void append_element(std::string& out, std::string_view name, std::string_view text) {
  ((out += '<') += name) += '>';
  append_escaped(out, text);
  ((out += "</") += name) += '>';
}

}  // namespace flowgate::reg_event
