#include "proxy/authentication.h"

#include <utility>

#include "registrar/gruu.h"
#include "sip/address.h"
#include "sip/text.h"
#include "sip/value.h"

namespace flowgate::proxy {
namespace {

using registrar::User;
using sip::Header;

sip::Uri from_of(const sip::Message& request) {
  const auto address = sip::Address::parse(request.value(Header::from));
  return address ? address->uri : sip::Uri{};
}

bool has_to_tag(const sip::Message& request) {
  return sip::tag_of(request.value(Header::to)).has_value();
}

// RFC 3323 §4.1.1.3: sip:anonymous@anonymous.invalid.
bool is_anonymous(const sip::Uri& from) {
  return from.is_sip() && sip::equals_nocase(from.host, "anonymous.invalid");
}

}  // namespace

void Authentication::authenticate(const sip::Message& request, digest::Asker asker, const Flow& flow,
                                  registrar::Instant now, Verdict& verdict) {
  digest::Outcome outcome = authenticator_.authenticate(request, asker, flow.remote, now);
  if (!outcome.user) verdict.refusal = {outcome.status, std::move(outcome.reason), std::move(outcome.fields)};
  verdict.user = std::move(outcome.user);
}

Authentication::Verdict Authentication::of_request_for_us(const sip::Message& request, const sip::Uri& to,
                                                          const Flow& flow, registrar::Instant now) {
  Verdict verdict;
  if (roles_.trust.covers(flow.remote)) return verdict;
  authenticate(request, digest::Asker::user_agent_server, flow, now, verdict);
  if (verdict.refusal) return verdict;
  if (request.method() != sip::Method::register_) {
    if (!may_be(*verdict.user, from_of(request))) verdict.refusal = {403, "From Is Not Yours", {}};
    return verdict;
  }
  // RFC 3261 §10.3 (4): "determine if the authenticated user is authorized to modify registrations for this
  // address-of-record." One that is nobody's is answered 404 behind this.
  if (space_.domains().belongs_to_another(to, *verdict.user))
    verdict.refusal = {403, "Address-of-Record Is Not Yours", {}};
  return verdict;
}

bool Authentication::misses_credentials(const sip::Message& request, const Flow& flow) const {
  return request.find(Header::authorization) == nullptr && !roles_.trust.covers(flow.remote);
}

Refusal Authentication::challenge_for_us(registrar::Instant now) {
  digest::Outcome outcome = authenticator_.challenge(digest::Asker::user_agent_server, false, now);
  return {outcome.status, std::move(outcome.reason), std::move(outcome.fields)};
}

// A request in a dialog passes when its Route holds a token that was minted for a user at the address that it
// comes from: then the dialog was let through for him. Tokens are known to both ends, so that any would not
// do.
Authentication::Verdict Authentication::of_request_passing(const sip::Message& request, const Flow& flow,
                                                           const RouteDecision& decision,
                                                           bool over_registered, registrar::Instant now) {
  Verdict verdict;
  if (roles_.trust.covers(flow.remote)) return verdict;
  if (decision.from_user && has_to_tag(request)) return verdict;
  if (!over_registered && !space_.domains().owns(from_of(request))) return verdict;
  authenticate(request, digest::Asker::proxy, flow, now, verdict);
  if (verdict.refusal) return verdict;
  const sip::Uri from = from_of(request);
  if (!may_be(*verdict.user, from)) {
    verdict.refusal = {403, "From Is Not Yours", {}};
  } else if (shows_gruu_of_another(*verdict.user, request)) {
    verdict.refusal = {403, "GRUU Is Not Yours", {}};
  } else {
    verdict.asserted = asserted_identity(*verdict.user, request, from);
  }
  return verdict;
}

bool Authentication::may_be(const User& user, const sip::Uri& from) const {
  const auto aor = space_.domains().aor(from);
  return aor ? space_.domains().belongs_to(*aor, user) : is_anonymous(from);
}

// draft-ietf-sip-gruu-04 §6.2: when the Contact is a GRUU of another user, "it is RECOMMENDED that the proxy
// reject the request with a 403". A temporary one does not show whose it is.
bool Authentication::shows_gruu_of_another(const User& user, const sip::Message& request) const {
  const auto value = sip::first_value(request, Header::contact);
  const auto contact = value ? sip::Address::parse(value->text) : sip::Error::bad_address;
  if (!contact || !space_.domains().owns(contact->uri) || !registrar::gruu_instance(contact->uri))
    return false;
  const auto aor = space_.domains().aor(contact->uri);
  return aor && !space_.domains().belongs_to(*aor, user);
}

// RFC 3325 §9.2: the sender says by P-Preferred-Identity which of several identities it is to be; one that is
// not his is ignored. Else the one in his From and, where that is anonymous, his name.
std::string Authentication::asserted_identity(const User& user, const sip::Message& request,
                                              const sip::Uri& from) const {
  std::string identity;
  sip::Values preferred(request, Header::p_preferred_identity);
  while (const auto value = preferred.next()) {
    const auto address = sip::Address::parse(value->text);
    if (!address || is_anonymous(address->uri) || !may_be(user, address->uri)) continue;
    registrar::append_aor(identity, address->uri);
    return identity;
  }
  if (!is_anonymous(from)) {
    registrar::append_aor(identity, from);
    return identity;
  }
  return space_.domains().uri_of_user(user.name);
}

}  // namespace flowgate::proxy
