#include "sip/address.h"

#include <algorithm>

#include "sip/address_reader.h"
#include "sip/cursor.h"
#include "sip/text.h"

namespace flowgate::sip {

namespace {

using boost::system::error_code;

// display-name = *( token LWS ) / quoted-string. Phones leave out the quotes around more than tokens: "Bob
// (work)", names in UTF-8. RFC 3261 §16.3 (1) has a proxy ignore what is malformed where it does not need it,
// and nobody here needs the name: it ends at what could be something else than a name.
//
// [ display-name ] LAQUOT. False, and the cursor somewhere, when no '<' follows: this is then an addr-spec or
// wrong.
bool take_display(Cursor& cursor, std::string_view& display) {
  if (cursor.peek() == '"') {
    display = cursor.take_quoted();
    if (display.empty()) return false;
    cursor.take_space();
    return cursor.take('<');
  }
  display = trim(cursor.take(Chars::display));
  return cursor.take('<');
}

error_code behind_bracket(Cursor& cursor, const Limits& limits, Address& address) {
  const auto end = cursor.rest().find('>');
  if (end == std::string_view::npos) return Error::bad_address;
  if (const auto error = Uri::parse(cursor.rest().substr(0, end), limits, address.uri)) return error;
  address.bracketed = true;
  cursor.skip(end + 1);
  cursor.take_space();
  return cursor.done() || cursor.peek() == ';' ? error_code{} : Error::bad_address;
}

// §20: "If the URI is not enclosed in angle brackets, any semicolon-delimited parameters are
// header-parameters, not URI parameters." §20.10: a URI with a comma or a question mark MUST be enclosed.
error_code without_brackets(std::string_view text, const Limits& limits, Uri& uri) {
  const auto addr_spec = trim(text);
  if (addr_spec.empty() || addr_spec.find_first_of("?,<>\"") != addr_spec.npos) return Error::bad_address;
  return Uri::parse(addr_spec, limits, uri);
}

}  // namespace

error_code Address::parse_to_params(std::string_view text, const Limits& limits, Address& address,
                                    std::string_view& rest) {
  text = trim(text);
  Cursor cursor{text};
  if (take_display(cursor, address.display)) {
    const auto error = behind_bracket(cursor, limits, address);
    rest = cursor.rest();
    return error;
  }
  address.display = {};
  const auto end = std::min(text.find(';'), text.size());
  rest = text.substr(end);
  return without_brackets(text.substr(0, end), limits, address.uri);
}

Result<Address> Address::parse(std::string_view text, const Limits& limits) {
  Result<Address> address;
  if (const auto error = read(text, limits, *address, [](const Param&) {})) address = error;
  return address;
}

}  // namespace flowgate::sip
