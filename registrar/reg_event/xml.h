// XML that is only ever written: XML 1.0, UTF-8 (RFC 3680 §5.1).
#pragma once

#include <string>
#include <string_view>

namespace flowgate::reg_event {

// Appends `text` as character data, which will do in an attribute, too: markup as entities. What peers send
// need not be UTF-8, nor what XML 1.0 §2.2 calls a Char; each octet that is not becomes U+FFFD, so that the
// document is well-formed whatever it is made of. At most six octets for each of `text`.
void append_escaped(std::string& out, std::string_view text);

// Appends ` NAME="VALUE"`; the name is ours.
void append_attribute(std::string& out, std::string_view name, std::string_view value);

// Appends `<NAME>TEXT</NAME>`.
void append_element(std::string& out, std::string_view name, std::string_view text);

}  // namespace flowgate::reg_event
