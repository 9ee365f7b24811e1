#include "sip/via.h"

#include "sip/cursor.h"
#include "sip/host.h"
#include "sip/params_reader.h"
#include "sip/text.h"

namespace flowgate::sip {

namespace {

// sent-protocol = protocol-name SLASH protocol-version SLASH transport. Any version and any transport will
// do: who sends another SIP-Version must be told so (505), and the way back stands in its Via (RFC 4475
// §3.1.2.16).
bool take_sent_protocol(Cursor& cursor, Via& via) {
  constexpr std::string_view usual = "SIP/2.0/";
  if (cursor.rest().starts_with(usual) && cursor.rest().size() > usual.size() &&
      is_token_char(cursor.rest()[usual.size()])) {
    cursor.skip(usual.size());
    via.transport = cursor.take(Chars::token);
    return true;
  }
  if (!equals_nocase(cursor.take(Chars::token), "SIP") || !cursor.take_separator('/')) return false;
  if (cursor.take(Chars::token).empty() || !cursor.take_separator('/')) return false;
  via.transport = cursor.take(Chars::token);
  return !via.transport.empty();
}

// sent-by = host [ COLON port ]
bool take_sent_by(Cursor& cursor, Via& via) {
  const auto host = take_host(cursor);
  if (!host) return false;
  via.host = host->text;
  via.host_is_v6 = host->v6;
  if (!cursor.take_separator(':')) return true;
  via.port = take_port(cursor);
  return via.port.has_value();
}

}  // namespace

bool Via::has_magic_cookie() const {
  constexpr std::string_view cookie = "z9hG4bK";
  // A token, and §7.3.1 says of tokens: "Unless otherwise stated ... always case-insensitive".
  return equals_nocase(branch_.substr(0, cookie.size()), cookie);
}

// via-parm = sent-protocol LWS sent-by *( SEMI via-params )
boost::system::error_code Via::parse(std::string_view text, const Limits& limits, Via& via) {
  Cursor cursor{trim(text)};
  if (!take_sent_protocol(cursor, via) || !cursor.take_space() || !take_sent_by(cursor, via))
    return Error::bad_via;
  cursor.take_space();
  if (!cursor.done() && cursor.peek() != ';') return Error::bad_via;
  return Params::read(cursor.rest(), limits, via.params, [&via](const Param& param) {
    const auto is = [&param](std::string_view name) { return equals_nocase(param.name, name); };
    if (is("branch")) via.branch_ = param.value;
    if (is("rport")) via.rport_ = param.whole;
    if (is("received")) via.received_ = param.whole;
    if (is("keep") && !param.has_value) via.keep_ = param.whole;
  });
}

Result<Via> Via::parse(std::string_view text, const Limits& limits) {
  Result<Via> via;
  if (const auto error = parse(text, limits, *via)) via = error;
  return via;
}

}  // namespace flowgate::sip
