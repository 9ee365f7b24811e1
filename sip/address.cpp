#include "sip/address.h"

#include <algorithm>

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
  cursor.skip(end + 1);
  cursor.take_space();
  if (!cursor.done() && cursor.peek() != ';') return Error::bad_address;
  const auto params = Params::parse(cursor.rest(), limits);
  if (!params) return params.error();
  address.params = *params;
  address.bracketed = true;
  return {};
}

// §20: "If the URI is not enclosed in angle brackets, any semicolon-delimited parameters are
// header-parameters, not URI parameters." §20.10: a URI with a comma or a question mark MUST be enclosed.
error_code without_brackets(std::string_view text, const Limits& limits, Address& address) {
  const auto end = std::min(text.find(';'), text.size());
  const auto addr_spec = trim(text.substr(0, end));
  if (addr_spec.empty() || addr_spec.find_first_of("?,<>\"") != addr_spec.npos) return Error::bad_address;
  if (const auto error = Uri::parse(addr_spec, limits, address.uri)) return error;
  const auto params = Params::parse(text.substr(end), limits);
  if (!params) return params.error();
  address.params = *params;
  return {};
}

}  // namespace

// ( name-addr / addr-spec ) *( SEMI generic-param )
Result<Address> Address::parse(std::string_view text, const Limits& limits) {
  text = trim(text);
  Cursor cursor{text};
  Result<Address> address;
  error_code error;
  if (take_display(cursor, address->display)) {
    error = behind_bracket(cursor, limits, *address);
  } else {
    address->display = {};
    error = without_brackets(text, limits, *address);
  }
  if (error) address = error;
  return address;
}

}  // namespace flowgate::sip
