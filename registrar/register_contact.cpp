#include "registrar/register_contact.h"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <optional>

#include "sip/address_reader.h"
#include "sip/text.h"
#include "sip/writer.h"

namespace flowgate::registrar {
namespace {

using std::chrono::seconds;

// Longer ones are nobody's: a UUID URN has 45 characters.
constexpr std::size_t max_instance_bytes = 256;

// The UAs that have most to say in a URI, for push, use about twenty. What is kept is compared with every
// Contact to come.
constexpr std::size_t max_params = 32;

// RFC 5626 §11.1 has no bound for reg-id = 1*DIGIT, §4.2 has: "between 1 and (2**31 - 1)".
constexpr std::uint32_t max_reg_id = 0x7fffffff;

// The parameters of a Contact that mean something to a registrar. Views the message.
struct ContactParams {
  using Value = std::optional<std::string_view>;
  Value instance, reg_id, flow_id, q, expires;
  // What a UA cannot suggest, RFC 5627 §5.1, draft-gruu §7.1.2.1; and expires, of which the binding has its
  // own.
  boost::container::small_vector<std::string_view, 2> ours;

  void read(const sip::Param& param) {
    const auto is = [&param](std::string_view name) { return sip::equals_nocase(param.name, name); };
    switch (param.name.size()) {
      case 1:
        if (is("q")) q = param.value;
        return;
      case 4:
        if (is("gruu")) ours.push_back(param.whole);
        return;
      case 6:
        if (is("reg-id")) reg_id = param.value;
        return;
      case 7:
        if (is("flow-id")) flow_id = param.value;
        if (!is("expires")) return;
        expires = param.value;
        ours.push_back(param.whole);
        return;
      case 8:
        if (is("pub-gruu")) ours.push_back(param.whole);
        return;
      case 9:
        if (is("temp-gruu")) ours.push_back(param.whole);
        return;
      case 13:
        if (is("+sip.instance")) instance = param.value;
        return;
      default:
        return;
    }
  }
};

// The value with the parameters that are ours cut out, each with its semicolon; all else byte for byte.
std::string_view without_ours(std::string_view value, const ContactParams& params, KeptText& kept) {
  boost::container::small_vector<std::string_view, 4> pieces;
  std::size_t copied = 0;
  for (const std::string_view whole : params.ours) {
    const auto begin = static_cast<std::size_t>(whole.data() - value.data());
    const std::size_t semicolon = value.rfind(';', begin);
    pieces.push_back(value.substr(copied, semicolon - copied));
    copied = begin + whole.size();
  }
  pieces.push_back(value.substr(copied));
  const std::string_view text = kept.keep(pieces);
  return text.substr(0, text.find_last_not_of("; \t") + 1);
}

// "<" instance-val ">" in quotes (RFC 5626 §11.1); taken without the brackets, too.
std::string_view instance_of(const ContactParams& params, KeptText& kept) {
  if (!params.instance) return {};
  const auto inside = [](std::string_view text) { return text.substr(1, text.size() - 2); };
  std::string_view instance = *params.instance;
  const bool quoted = instance.size() >= 2 && instance.front() == '"' && instance.back() == '"';
  if (quoted) instance = inside(instance);
  if (quoted && instance.find('\\') != instance.npos) {
    instance = kept.keep(sip::unquote_inside(instance));
  } else {
    instance = kept.keep(instance);
  }
  return instance.starts_with('<') && instance.ends_with('>') ? inside(instance) : instance;
}

// qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
std::optional<std::uint16_t> parse_q(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  std::uint16_t milli = static_cast<std::uint16_t>(text[0] - '0');
  for (std::size_t i = 2; i < 5; ++i) {
    const char c = i < text.size() ? text[i] : '0';
    if (!sip::is_digit(c)) return std::nullopt;
    milli = static_cast<std::uint16_t>(milli * 10 + (c - '0'));
  }
  if (milli > 1000) return std::nullopt;
  return milli;
}

// RFC 3261 §20.10: a malformed value counts as the default. Longer than we keep bindings for: §10.2.1.1, the
// registrar may lower it.
seconds asked_expires(const ContactParams& params, const ContactTerms& terms) {
  seconds asked = terms.expires;
  if (params.expires) {
    const auto number = sip::parse_seconds(*params.expires);
    asked = number ? seconds{*number} : terms.options.default_expires;
  }
  return std::min(asked, terms.options.max_expires);
}

Answer interval_too_brief(seconds min_expires) {
  Answer answer{423, {}, {}};
  sip::FieldWriter{answer.fields}.field("Min-Expires", {std::to_string(min_expires.count())});
  return answer;
}

// RFC 3261 §10.3 (7): "If and only if the requested expiration interval is greater than zero AND smaller than
// one hour AND less than a registrar-configured minimum", the registrar may refuse.
bool too_brief(seconds expires, seconds min_expires) {
  return expires > seconds{0} && expires < std::chrono::hours{1} && expires < min_expires;
}

// RFC 5627 §5.1: a Contact with an instance-id that is not a SIP URI, and one that is the AOR or a GRUU of
// the AOR are refused with a 403, the latter two because requests would loop. SIP.js up to 0.20.0 registers
// its public GRUU as its Contact, and with a flow or a Path nothing loops: that one GRUU is taken.
Refusal check_uri(const sip::Uri& uri, const ContactTerms& terms, RegisterContact& contact) {
  // RFC 3261 §10.2.1: a Contact may have any scheme. It is listed; no request goes there.
  if (!uri.is_sip())
    return contact.instance.empty() ? Refusal{} : Answer{403, "Contact Is Not a SIP URI", {}};
  if (!terms.domains.owns(uri)) return std::nullopt;
  if (is_encrypted_gruu(uri)) return Answer{403, "Contact Is a GRUU", {}};
  if (!terms.domains.names(uri, terms.aor)) return std::nullopt;
  const auto instance = gruu_instance(uri);
  contact.own_gruu = instance && same_instance(*instance, contact.instance) && terms.reaches_ua;
  if (!contact.own_gruu) return Answer{403, "Contact Is the AOR", {}};
  return std::nullopt;
}

// reg-id, or the draft's flow-id. RFC 5626 §6: with "a reg-id but no instance-id, it simply ignores the
// reg-id parameter".
Refusal read_reg_id(const ContactParams& params, RegisterContact& contact) {
  const auto reg_id = params.flow_id ? params.flow_id : params.reg_id;
  contact.dialect = params.flow_id ? Dialect::draft : Dialect::rfc;
  if (!reg_id || contact.instance.empty()) return std::nullopt;
  const auto number = sip::parse_number(*reg_id, max_reg_id);
  if (!number || *number == 0) return Answer{400, "Bad reg-id", {}};
  contact.reg_id = *number;
  return std::nullopt;
}

}  // namespace

Refusal read_contact(std::string_view value, const ContactTerms& terms, KeptText& kept,
                     RegisterContact& contact) {
  sip::Limits limits = terms.options.limits;
  limits.params = std::min(limits.params, max_params);
  sip::Address address;
  ContactParams params;
  const auto read = [&params](const sip::Param& param) { params.read(param); };
  if (sip::Address::read(value, limits, address, read)) return Answer{400, "Bad Contact", {}};

  contact.contact = without_ours(value, params, kept);
  if (contact.contact.size() > terms.options.max_contact_bytes) return Answer{400, "Contact Too Long", {}};
  // What was cut out stood behind it.
  const std::string_view uri = address.uri.text;
  contact.uri = contact.contact.substr(static_cast<std::size_t>(uri.data() - value.data()), uri.size());
  contact.instance = instance_of(params, kept);
  if (contact.instance.size() > max_instance_bytes) return Answer{400, "Bad Instance-ID", {}};
  if (auto refusal = read_reg_id(params, contact)) return refusal;

  const auto q_milli = params.q ? parse_q(*params.q) : contact.q_milli;
  if (!q_milli) return Answer{400, "Bad q", {}};
  contact.q_milli = *q_milli;

  contact.expires = asked_expires(params, terms);
  if (too_brief(contact.expires, terms.options.min_expires))
    return interval_too_brief(terms.options.min_expires);
  if (!contact.removes()) {
    if (auto refusal = check_uri(address.uri, terms, contact)) return refusal;
  }
  return std::nullopt;
}

}  // namespace flowgate::registrar
