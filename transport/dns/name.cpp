#include "transport/dns/name.h"

#include "sip/text.h"

namespace flowgate::dns {
namespace {

constexpr std::size_t longest_name = 253;  // RFC 1035 §3.1: 255 octets with the length of each label
constexpr std::size_t longest_label = 63;

bool is_name_char(char c) {
  const char low = sip::lower(c);
  return (low >= 'a' && low <= 'z') || sip::is_digit(c) || c == '-' || c == '_';
}

}  // namespace

std::optional<std::string> canonical_name(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > longest_name) return std::nullopt;
  std::size_t label = 0;
  for (const char c : text) {
    if (c == '.') {
      if (label == 0) return std::nullopt;
      label = 0;
    } else if (!is_name_char(c) || ++label > longest_label) {
      return std::nullopt;
    }
  }
  if (label == 0) return std::nullopt;
  return sip::to_lower(text);
}

}  // namespace flowgate::dns
