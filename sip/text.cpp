#include "sip/text.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "sip/octets.h"

namespace flowgate::sip {
namespace {

// -1 for what is not a hexadecimal digit.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

bool same_octets(const char* a, const char* b, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

// A word at a time; the last one reaches back into the one in front of it. Words that are the same, or that
// differ in more than the bit of case, are soon told.
template <class Word>
bool same_words(const char* a, const char* b, std::size_t size) {
  const std::size_t last = size - sizeof(Word);
  for (std::size_t at = 0;; at = std::min(at + sizeof(Word), last)) {
    Word x, y;
    std::memcpy(&x, a + at, sizeof x);
    std::memcpy(&y, b + at, sizeof y);
    if (((x ^ y) & static_cast<Word>(all_of(0xdf))) != 0) return false;
    if (x != y && !same_octets(a + at, b + at, sizeof x)) return false;
    if (at == last) return true;
  }
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool same_but_for_case(const char* a, const char* b, std::size_t size) {
  if (size >= sizeof(std::uint64_t)) return same_words<std::uint64_t>(a, b, size);
  if (size >= sizeof(std::uint32_t)) return same_words<std::uint32_t>(a, b, size);
  if (size >= sizeof(std::uint16_t)) return same_words<std::uint16_t>(a, b, size);
  return same_octets(a, b, size);
}

std::string to_lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::optional<std::uint32_t> parse_number(std::string_view digits, std::uint32_t max) {
  if (digits.empty()) return std::nullopt;
  std::uint64_t number = 0;
  for (char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    number = number * 10 + static_cast<unsigned>(c - '0');
    if (number > max) return std::nullopt;
  }
  return static_cast<std::uint32_t>(number);
}

std::optional<std::uint32_t> parse_seconds(std::string_view digits) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  if (digits.empty()) return std::nullopt;
  std::uint64_t number = 0;
  for (char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    number = std::min(number * 10 + static_cast<unsigned>(c - '0'), most);
  }
  return static_cast<std::uint32_t>(number);
}

std::string unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && text.size() - i > 2 ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string_view unescape(std::string_view text, std::string& memory) {
  if (text.find('%') == text.npos) return text;
  return memory = unescape(text);
}

std::string unquote(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string{text};
  return unquote_inside(text.substr(1, text.size() - 2));
}

std::string unquote_inside(std::string_view inside) {
  if (inside.find('\\') == inside.npos) return std::string{inside};
  std::string out;
  out.reserve(inside.size());
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == '\\' && i + 1 < inside.size()) ++i;  // quoted-pair
    out += inside[i];
  }
  return out;
}

}  // namespace flowgate::sip
