// Escaped characters in URIs (RFC 3261 §19.1.2, §19.1.4).
//
// "Characters other than those in the "reserved" set (see RFC 2396) are equivalent to their "%" HEX HEX
// encoding."
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flowgate::sip {

enum class Case : std::uint8_t { matters, ignored };

// Are these the same but for the escaping of characters that are not reserved?
bool same_unescaped(std::string_view a, std::string_view b, Case letters);

// One spelling for all texts that are same_unescaped: only '%' and reserved characters stay escaped, with
// capital digits; letters are small when their case is ignored.
std::string canonical(std::string_view text, Case letters);
void append_canonical(std::string& out, std::string_view text, Case letters);

// As the user part of a SIP URI: whatever may not stand there is escaped.
void append_user(std::string& out, std::string_view name);

}  // namespace flowgate::sip
