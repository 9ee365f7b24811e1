// Characters and small text work of the SIP grammar (RFC 3261 §25.1).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flowgate::sip {

bool is_token(std::string_view text);                                    // 1*(alphanum / "-.!%*_+`'~")
bool same_but_for_case(const char* a, const char* b, std::size_t size);  // ASCII only
inline bool equals_nocase(std::string_view a, std::string_view b) {      // ASCII only
  return a.size() == b.size() && same_but_for_case(a.data(), b.data(), a.size());
}
std::string to_lower(std::string_view text);  // ASCII only
// 1*DIGIT, nothing else, and not above `max`.
std::optional<std::uint32_t> parse_number(std::string_view digits, std::uint32_t max = 0xffffffff);
// Header field numbers that may be too large to hold: saturates at 2^32-1 (delta-seconds, RFC 3261 §20.19).
std::optional<std::uint32_t> parse_seconds(std::string_view digits);
// "%41" becomes "A"; a '%' that two hexadecimal digits do not follow stays as it is.
std::string unescape(std::string_view text);
// The same without a copy where nothing is escaped: `text` itself, or what it becomes, in `memory`.
std::string_view unescape(std::string_view text, std::string& memory);
// The inside of a quoted string without its backslashes; text without quotes is returned as it is.
std::string unquote(std::string_view text);
// The same of what stands between the quotes.
std::string unquote_inside(std::string_view inside);

// Here, so that loops over text may inline them.
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
constexpr bool is_lws(char c) {
  return is_blank(c) || c == '\r' || c == '\n';
}
constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && is_lws(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_lws(text.back())) text.remove_suffix(1);
  return text;
}

inline constexpr std::array<bool, 256> token_chars = [] {
  std::array<bool, 256> table{};
  for (char c = '0'; c <= '9'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c : std::string_view{"-.!%*_+`'~"}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();
constexpr bool is_token_char(char c) {
  return token_chars[static_cast<unsigned char>(c)];
}

}  // namespace flowgate::sip
