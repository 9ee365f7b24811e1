#include "sip/host.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "sip/text.h"

namespace flowgate::sip {

namespace {

using V6Address = std::array<unsigned char, 16>;

// IPv6address, without a zone; nothing when it is none. RFC 5118 §4.10: the grammar of RFC 3261 puts a colon
// too many between "::" and an IPv4address, and "an implementation must tolerate" that.
std::optional<V6Address> v6_address(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated;
  if (text.size() >= terminated.size() || text.find('\0') != text.npos) return std::nullopt;
  const std::size_t last_colon = std::min(text.rfind(':'), text.size());
  const bool colon_too_many =
      text.substr(0, last_colon + 1).ends_with(":::") && text.find('.', last_colon) != text.npos;
  char* const end = std::copy_n(text.begin(), last_colon, terminated.begin());
  *std::copy(text.begin() + last_colon + (colon_too_many ? 1 : 0), text.end(), end) = '\0';
  V6Address address;
  if (inet_pton(AF_INET6, terminated.data(), address.data()) != 1) return std::nullopt;
  return address;
}

// The octets of the IPv4address that `text` begins with, or 0. IPv4address = 1*3DIGIT "." 1*3DIGIT "."
// 1*3DIGIT "." 1*3DIGIT. No leading zeros: some read them as octal.
std::size_t v4_size(std::string_view text) {
  std::size_t at = 0;
  for (int part = 1;; ++part) {
    const std::size_t begin = at;
    unsigned value = 0;
    for (; at < text.size() && is_digit(text[at]); ++at)
      value = value * 10 + static_cast<unsigned>(text[at] - '0');
    const std::size_t digits = at - begin;
    if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && text[begin] == '0')) return 0;
    if (part == 4) return at;
    if (at == text.size() || text[at++] != '.') return 0;
  }
}

bool is_label(std::string_view text) {
  return !text.empty() && text.front() != '-' && text.back() != '-';
}

bool is_digits(std::string_view text) {
  return std::all_of(text.rbegin(), text.rend(), is_digit);
}

// hostname = *( domainlabel "." ) toplabel [ "." ]. The grammar has a toplabel begin with a letter; names
// like "4f2a9c" are met, but a last label of digits only would be read as an address by others.
std::optional<Host> take_name(Cursor& cursor) {
  constexpr std::size_t longest_name = 255;  // RFC 1035 §2.3.4
  const char* begin = cursor.position();
  std::string_view last = cursor.take(Chars::label);
  if (!is_label(last)) return std::nullopt;
  while (cursor.take('.')) {
    const std::string_view label = cursor.take(Chars::label);
    if (label.empty() && cursor.peek() != '.') break;
    if (!is_label(label)) return std::nullopt;
    last = label;
  }
  const std::string_view name = cursor.since(begin);
  if (name.size() > longest_name || is_digits(last)) return std::nullopt;
  return Host{name, false};
}

// A name may begin like an address: "192.0.2.1.example.com".
std::optional<Host> take_name_or_v4(Cursor& cursor) {
  const std::string_view text = cursor.rest();
  const std::size_t size = v4_size(text);
  if (size == 0 || (size < text.size() && (is(Chars::label, text[size]) || text[size] == '.')))
    return take_name(cursor);
  cursor.skip(size);
  return Host{text.substr(0, size), false};
}

}  // namespace

std::optional<Host> take_host(Cursor& cursor) {
  if (cursor.take('[')) {
    const auto close = cursor.rest().substr(0, INET6_ADDRSTRLEN).find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const Host host{cursor.rest().substr(0, close), true};
    if (!v6_address(host.text)) return std::nullopt;
    cursor.skip(close + 1);
    return host;
  }
  return take_name_or_v4(cursor);
}

std::optional<std::uint16_t> take_port(Cursor& cursor) {
  std::uint32_t port = 0;
  for (; is_digit(cursor.peek()); cursor.skip(1)) {
    port = port * 10 + static_cast<std::uint32_t>(cursor.peek() - '0');
    if (port > 65535) return std::nullopt;
  }
  if (port == 0) return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

bool same_host(const Host& a, const Host& b) {
  if (a.v6 != b.v6) return false;
  if (equals_nocase(a.text, b.text)) return true;
  if (!a.v6) return false;
  const auto address = v6_address(a.text);
  return address && address == v6_address(b.text);
}

}  // namespace flowgate::sip
