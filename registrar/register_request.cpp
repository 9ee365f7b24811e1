#include "registrar/register_request.h"

#include <algorithm>
#include <optional>

#include "sip/address.h"
#include "sip/text.h"
#include "sip/value.h"
#include "sip/writer.h"

namespace flowgate::registrar {
namespace {

using std::chrono::seconds;

// What the UA lists of what there is to say about registrations.
struct OptionTags {
  bool supports_outbound = false, supports_gruu = false, requires_gruu = false;
};

// RFC 3261 §10.3 (2), §8.2.2.3: option tags in Require that are not understood.
Refusal read_options(const sip::Message& request, OptionTags& tags) {
  sip::Values supported{request, sip::Header::supported}, required{request, sip::Header::require};
  while (const auto tag = supported.next()) {
    tags.supports_outbound = tags.supports_outbound || sip::equals_nocase(tag->text, "outbound");
    tags.supports_gruu = tags.supports_gruu || sip::equals_nocase(tag->text, "gruu");
  }
  std::string unsupported;
  while (const auto tag = required.next()) {
    const bool gruu = sip::equals_nocase(tag->text, "gruu");
    const bool outbound = sip::equals_nocase(tag->text, "outbound");
    tags.requires_gruu = tags.requires_gruu || gruu;
    // Who requires it supports it.
    tags.supports_outbound = tags.supports_outbound || outbound;
    if (gruu || outbound || sip::equals_nocase(tag->text, "path")) continue;
    if (!unsupported.empty()) unsupported += ", ";
    unsupported += tag->text;
  }
  if (unsupported.empty()) return std::nullopt;
  Answer answer;
  answer.status = 420;
  sip::FieldWriter{answer.fields}.field("Unsupported", {unsupported});
  return answer;
}

// §10.3 (5): "the registrar extracts the address-of-record from the To header field of the request. If the
// address-of-record is not valid for the domain in the Request-URI, the registrar MUST send a 404."
Refusal read_to(const sip::Uri& to, const Domains& domains, RegisterRequest& out) {
  if (!to.is_sip()) return Answer{400, "To Is Not a SIP URI", {}};
  out.aor = domains.aor(to, out.kept);
  if (out.aor.empty() || !domains.has_user(out.aor)) return Answer{404, {}, {}};
  const AorUri uri = AorUri::of(to);
  const std::string_view pieces[] = {uri.scheme, uri.user, uri.domain};
  const std::string_view text = out.kept.keep(pieces), behind_scheme = text.substr(uri.scheme.size());
  out.to = {text.substr(0, uri.scheme.size()), behind_scheme.substr(0, uri.user.size()),
            behind_scheme.substr(uri.user.size())};
  return std::nullopt;
}

// RFC 3327 §5.3. `ob`: the UA's first hop, whose value is the last, as each proxy puts its own in front,
// supports outbound (RFC 5626 §5.1). A Path is also honoured when the UA does not list "path" in Supported:
// §5.3 leaves that to local policy, and UAs in the field that do not (Linphone) would otherwise be cut off.
Refusal read_path(const sip::Message& request, const Options& options, RegisterRequest& out, bool& ob) {
  std::size_t count = 0;
  std::string path;
  sip::Values values{request, sip::Header::path};
  while (const auto value = values.next()) {
    const auto address = sip::Address::parse(value->text, options.limits);
    if (!address || !address->uri.is_sip() || ++count > options.limits.values)
      return Answer{400, "Bad Path", {}};
    ob = address->uri.params.has("ob");
    if (!path.empty()) path += ", ";
    path += value->text;
    if (path.size() > options.max_contact_bytes) return Answer{400, "Path Too Long", {}};
  }
  out.path = out.kept.keep(path);
  return std::nullopt;
}

// RFC 3261 §16.11, RFC 5626 §6: one Via says that nobody stands between the UA and us.
bool has_one_via(const sip::Message& request) {
  sip::Values vias{request, sip::Header::via};
  return vias.next() && !vias.next();
}

std::optional<seconds> expires_of(const sip::Message& request) {
  const sip::Field* field = request.find(sip::Header::expires);
  const auto number = field ? sip::parse_seconds(request.value(*field)) : std::nullopt;
  if (!number) return std::nullopt;
  return seconds{*number};
}

Refusal read_contacts(const sip::Message& request, const Options& options, const Domains& domains,
                      RegisterRequest& out) {
  const auto expires = expires_of(request);
  const ContactTerms terms{options, domains, out.aor, expires.value_or(options.default_expires),
                           out.over_flow || !out.path.empty()};
  sip::Values values{request, sip::Header::contact};
  while (const auto value = values.next()) {
    // §10.3 (6): '*' stands alone, and with "Expires: 0".
    if (out.remove_all || (value->text == "*" && !out.contacts.empty()))
      return Answer{400, "Bad Contact", {}};
    if (value->text == "*") {
      if (expires != seconds{0}) return Answer{400, "Contact * Needs Expires: 0", {}};
      out.remove_all = true;
      continue;
    }
    // Each is compared with every binding.
    if (out.contacts.size() == options.max_bindings) return Answer{403, "Too Many Bindings", {}};
    if (auto refusal = read_contact(value->text, terms, out.kept, out.contacts.emplace_back()))
      return refusal;
  }
  return std::nullopt;
}

// RFC 5626 §6: "if the Contact header field contains more than one header field value with a non-zero
// expiration and any of these header field values contain a reg-id Contact header field parameter, the entire
// registration SHOULD be rejected with a 400".
Refusal check_single_flow(const RegisterRequest& request) {
  std::size_t registered = 0;
  bool reg_id = false;
  for (const RegisterContact& contact : request.contacts) {
    if (contact.removes()) continue;
    ++registered;
    reg_id = reg_id || contact.reg_id != 0;
  }
  if (registered > 1 && reg_id) return Answer{400, "More Than One Contact With reg-id", {}};
  return std::nullopt;
}

// RFC 5626 §6: does outbound apply? Its condition is that the first hop supports it; a UA must also say that
// it supports it, unless its edge proxy has put the "ob" there. The draft has no option tag: a UA that sends
// flow-id means it.
Refusal decide_outbound(const OptionTags& tags, bool first_hop_supports, RegisterRequest& request) {
  const bool ua_supports = tags.supports_outbound;
  for (RegisterContact& contact : request.contacts) {
    if (contact.reg_id == 0) continue;
    const bool draft = contact.dialect == Dialect::draft;
    // "If the REGISTER request contains the reg-id and the outbound option tag in a Supported header field,
    // then the registrar MUST respond to the REGISTER request with a 439"; "otherwise, the registrar MUST
    // ignore the reg-id".
    if (!first_hop_supports && ua_supports && !draft) return Answer{439, {}, {}};
    contact.outbound = first_hop_supports && (ua_supports || draft || !request.path.empty());
    request.require_outbound = request.require_outbound || (contact.outbound && ua_supports && !draft);
  }
  return std::nullopt;
}

// A UA speaks the draft when its Contact carries flow-id. RFC 5627 §5.2 looks for "gruu" in Supported, and
// has the registrar keep it out of Require; draft-gruu §7.1.2.1 looks in Require, too, and "MUST contain a
// Require header field with the value gruu". Who requires it supports it.
void read_dialect(const OptionTags& tags, RegisterRequest& request) {
  const bool draft =
      std::ranges::any_of(request.contacts, [](auto& each) { return each.dialect == Dialect::draft; });
  request.dialect = draft ? Dialect::draft : Dialect::rfc;
  request.gruu = tags.supports_gruu || tags.requires_gruu;
  request.require_gruu = draft && request.gruu;
}

}  // namespace

Refusal read_register(const sip::Message& message, const sip::Uri& to, const Options& options,
                      const Domains& domains, RegisterRequest& request) {
  bool ob = false;
  OptionTags tags;
  if (auto refusal = read_options(message, tags)) return refusal;
  if (auto refusal = read_to(to, domains, request)) return refusal;
  request.call_id = request.kept.keep(message.value(sip::Header::call_id));
  if (auto refusal = read_path(message, options, request, ob)) return refusal;
  request.over_flow = request.path.empty() && has_one_via(message);
  if (auto refusal = read_contacts(message, options, domains, request)) return refusal;
  if (auto refusal = check_single_flow(request)) return refusal;
  const bool first_hop_supports = request.path.empty() ? request.over_flow : ob;
  if (auto refusal = decide_outbound(tags, first_hop_supports, request)) return refusal;
  read_dialect(tags, request);
  // A Contact that is an outbound one need not be asked where it is.
  const bool elsewhere = std::ranges::any_of(request.contacts, [](auto& each) { return !each.outbound; });
  request.by_flow = request.over_flow &&
                    (is_stream(request.flow.protocol) || (elsewhere && behind_nat(message, request.flow)));
  return std::nullopt;
}

}  // namespace flowgate::registrar
