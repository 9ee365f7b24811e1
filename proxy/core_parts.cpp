#include "proxy/core_parts.h"

#include "registrar/targeting.h"
#include "sip/address.h"
#include "sip/value.h"

namespace flowgate::proxy {
namespace {

// The URI of a Route value; "" when it is malformed.
sip::Uri route_uri(std::string_view value) {
  const auto address = sip::Address::parse(value);
  return address ? address->uri : sip::Uri{};
}

// RFC 3261 §16.6 (7): "if the Request-URI specifies a SIPS resource, the proxy MUST follow the procedures of
// [4] as if the input URI were a SIPS URI". Within a dialog the Route values are what its proxies recorded
// when they had taken care of that, and a Path is what its edges did.
bool is_asked_as_sips(const sip::Uri& route, const ForwardPlan& plan, const sip::Message& request) {
  if (route.scheme != sip::Scheme::sip || sip::tag_of(request.value(sip::Header::to))) return false;
  return sip::is_sips(plan.request_uri.empty() ? request.request_uri() : plan.request_uri);
}

}  // namespace

ForwardPlan plan_for(const registrar::Target& target, const RouteDecision& decision,
                     const sip::Message& request, std::string& next_hop) {
  ForwardPlan plan;
  plan.request_uri = target.uri;
  plan.routes_taken = decision.own;
  plan.last_route_taken = decision.last_route_taken;
  plan.routes_added = target.path;
  // A binding has a Path of its own, or none: what else the Route set says is for another.
  if (!target.aor.empty() && !target.follows_route && !decision.next_route.empty())
    plan.routes_taken = kAllRoutes;
  // A binding behind a Path: what comes back within the dialog, from whomever, is to pass.
  plan.behind_path = !target.aor.empty() && !target.by_flow && (!target.path.empty() || target.follows_route);
  plan.target_is_ua = target.by_flow || (!target.aor.empty() && !plan.behind_path);
  // The far side of a token that we were given keeps what that said of it; a binding's UA is registered.
  const bool registered =
      (!target.aor.empty() && !plan.behind_path) || (decision.down && decision.down->registered);
  const bool user = !target.aor.empty() || (decision.down && decision.down->user);
  plan.target_claims = {target.dialect, registered, user};
  plan.asserted = decision.asserted;
  plan.source_claims = {decision.source_dialect, decision.trusted, !decision.asserted.empty()};
  next_hop.clear();
  if (target.by_flow) return plan;
  plan.to_peer = true;
  plan.target_claims.at_contact = plan.target_is_ua;
  if (!target.next_hop.empty()) {
    next_hop = target.next_hop;
    plan.to_next_hop = true;
    return plan;
  }

  // RFC 3261 §16.6 (6) and (7): the first Route value, or else the Request-URI, says where the request goes.
  std::string_view path = target.path;
  const std::string_view first = !target.path.empty()              ? sip::cut_value(path)
                                 : plan.routes_taken == kAllRoutes ? std::string_view()
                                                                   : std::string_view(decision.next_route);
  if (first.empty()) {
    // RFC 5630 §5.3: a sips Contact is reached over TLS, even when it is asked as sip.
    const std::string& uri = sip::is_sips(target.contact_uri) ? target.contact_uri : target.uri;
    next_hop = uri.empty() ? std::string(request.request_uri()) : uri;
    return plan;
  }
  const sip::Uri uri = route_uri(first);
  next_hop = uri.text;
  if (target.path.empty() && is_asked_as_sips(uri, plan, request)) next_hop.insert(3, "s");
  if (uri.params.has("lr") || !target.path.empty()) return plan;
  // A strict router: its URI becomes the Request-URI, and that becomes the last Route value.
  plan.route_appended = target.uri.empty() ? std::string(request.request_uri()) : target.uri;
  plan.request_uri = registrar::request_uri_of(uri.text, {});
  ++plan.routes_taken;
  return plan;
}

}  // namespace flowgate::proxy
