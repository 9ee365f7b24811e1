#include "sip/uri.h"

#include <algorithm>

#include "sip/cursor.h"
#include "sip/host.h"
#include "sip/text.h"

namespace flowgate::sip {

namespace {

using boost::system::error_code;

// scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )
bool is_scheme(std::string_view text) {
  return !text.empty() && is_alpha(text.front()) && std::all_of(text.begin(), text.end(), [](char c) {
    return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

Scheme scheme_of(std::string_view text) {
  if (equals_nocase(text, "sip")) return Scheme::sip;
  if (equals_nocase(text, "sips")) return Scheme::sips;
  return equals_nocase(text, "tel") ? Scheme::tel : Scheme::other;
}

// userinfo = user [ ":" password ] "@". What stands in the user part may look like parameters or headers
// ("sip:alice;day=tuesday@atlanta.com"), but nothing behind the userinfo may hold a '@', so one '@' ends it.
error_code take_userinfo(Cursor& cursor, Uri& uri) {
  Cursor ahead = cursor;
  const std::string_view user = ahead.take_escaped(Chars::user);
  std::string_view password;
  if (ahead.take(':')) password = ahead.take_escaped(Chars::password);
  if (user.empty() || !ahead.take('@')) {
    return cursor.rest().find('@') == std::string_view::npos ? error_code{} : Error::bad_uri;
  }
  uri.has_user = true;
  uri.user = user;
  uri.password = password;
  cursor = ahead;
  return {};
}

error_code take_hostport(Cursor& cursor, Uri& uri) {
  const auto host = take_host(cursor);
  if (!host) return Error::bad_host;
  uri.host = host->text;
  uri.host_is_v6 = host->v6;
  if (!cursor.take(':')) return {};
  uri.port = take_port(cursor);
  if (!uri.port) return Error::bad_port;
  return {};
}

// headers = "?" header *( "&" header ); header = hname "=" hvalue. As many as there may be parameters.
error_code take_headers(Cursor& cursor, Uri& uri, const Limits& limits) {
  const char* begin = cursor.position();
  std::size_t count = 0;
  do {
    if (++count > limits.params) return Error::too_many_values;
    if (cursor.take_escaped(Chars::hnv).empty() || !cursor.take('=')) return Error::bad_uri;
    cursor.take_escaped(Chars::hnv);
  } while (cursor.take('&'));
  uri.headers = cursor.since(begin);
  return {};
}

// SIP-URI = "sip:" [ userinfo ] hostport uri-parameters [ headers ]
error_code parse_sip(std::string_view text, Uri& uri, const Limits& limits) {
  Cursor cursor{text};
  if (auto error = take_userinfo(cursor, uri)) return error;
  if (auto error = take_hostport(cursor, uri)) return error;
  if (cursor.peek() == ';') {
    const auto params_text = cursor.rest().substr(0, cursor.rest().find('?'));
    if (auto error = Params::parse_uri(params_text, limits, uri.params)) return error;
    cursor.skip(params_text.size());
  }
  if (cursor.take('?')) {
    if (auto error = take_headers(cursor, uri, limits)) return error;
  }
  return cursor.done() ? error_code{} : Error::bad_uri;
}

// RFC 3966 §3: telephone-uri = "tel:" telephone-subscriber; global numbers begin with '+', local ones may
// hold hexadecimal digits, '*' and '#'.
error_code parse_tel(std::string_view text, Uri& uri, const Limits& limits) {
  uri.rest = text.substr(0, text.find(';'));
  const auto number = uri.rest.substr(uri.rest.starts_with('+') ? 1 : 0);
  constexpr std::string_view others = "*#-.()";
  const bool phonedigits = std::all_of(number.begin(), number.end(), [&](char c) {
    return hex_value(c) >= 0 || others.find(c) != others.npos;
  });
  if (number.empty() || !phonedigits) return Error::bad_uri;
  return Params::parse_uri(text.substr(uri.rest.size()), limits, uri.params);
}

error_code parse_other(std::string_view text, Uri& uri) {
  Cursor cursor{text};
  uri.rest = cursor.take(Chars::uric);
  return uri.rest.empty() || !cursor.done() ? Error::bad_uri : error_code{};
}

error_code parse_behind_scheme(std::string_view text, Uri& uri, const Limits& limits) {
  switch (uri.scheme) {
    case Scheme::sip:
    case Scheme::sips:
      return parse_sip(text, uri, limits);
    case Scheme::tel:
      return parse_tel(text, uri, limits);
    case Scheme::other:
      break;
  }
  return parse_other(text, uri);
}

}  // namespace

error_code Uri::parse(std::string_view text, const Limits& limits, Uri& uri) {
  if (text.size() > limits.uri_bytes) return Error::too_large;
  if (text.starts_with("sip:")) {  // nearly all of them
    uri.text = text;
    uri.scheme_text = text.substr(0, 3);
    uri.scheme = Scheme::sip;
    return parse_sip(text.substr(4), uri, limits);
  }
  const auto colon = text.find(':');
  if (colon == text.npos || !is_scheme(text.substr(0, colon))) return Error::bad_uri;
  uri.text = text;
  uri.scheme_text = text.substr(0, colon);
  uri.scheme = scheme_of(uri.scheme_text);
  return parse_behind_scheme(text.substr(colon + 1), uri, limits);
}

Result<Uri> Uri::parse(std::string_view text, const Limits& limits) {
  Result<Uri> result;
  if (const auto error = parse(text, limits, *result)) result = error;
  return result;
}

}  // namespace flowgate::sip
