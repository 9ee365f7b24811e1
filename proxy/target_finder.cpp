#include "proxy/target_finder.h"

#include <algorithm>
#include <utility>

#include "proxy/network.h"
#include "registrar/targeting.h"
#include "sip/address.h"
#include "sip/text.h"
#include "sip/value.h"

namespace flowgate::proxy {
namespace {

using registrar::Target;

// A target that is not a binding: down a flow, or on by Route or Request-URI.
Target plain_target(const sip::Uri& uri, const RouteDecision& decision) {
  Target target;
  target.uri = decision.request_uri;
  if (!uri.headers.empty() || uri.params.has("method")) target.uri = registrar::request_uri_of(uri.text, {});
  if (decision.down) {
    target.by_flow = true;
    target.or_by_uri = decision.down_or_uri;
    target.flow = decision.down->flow;
    target.dialect = decision.down->dialect;
  }
  return target;
}

bool leads_over_tls(std::string_view path) {
  const auto first = sip::Address::parse(sip::cut_value(path));
  return first && (first->uri.scheme == sip::Scheme::sips || protocol_for(first->uri) == Protocol::tls);
}

// RFC 5630 §3.1.3: a hop over TLS: a flow that is one, or a URI that asks for one.
bool is_secure(const Target& target) {
  const bool flow_is = flowgate::is_secure(target.flow.protocol);
  if (!target.node.empty()) return flow_is && leads_over_tls(target.path);
  if (!target.by_flow) return sip::is_sips(target.contact_uri);
  // §5.3: "If the target UAS had registered previously using a SIP Contact header field instead of a SIPS
  // Contact header field, the proxy MUST NOT forward the request". A browser has no sips Contact to offer
  // (RFC 7118 §5.2), and the draft's UAs are older than that rule.
  const bool has_rule =
      !target.contact_uri.empty() && target.dialect == Dialect::rfc && target.flow.protocol != Protocol::wss;
  return flow_is && (!has_rule || sip::is_sips(target.contact_uri));
}

// RFC 5630 §5.3, of a Contact that a request to a sip URI goes to: "the proxy MUST replace that SIPS scheme
// with a SIP scheme while leaving the rest of the URI as is"; "the proxy MUST use TLS".
void ask_as_sip(Target& target) {
  constexpr std::size_t s = 3;  // of "sips:"
  if (sip::is_sips(target.uri)) target.uri.erase(s, 1);
}

bool same_host(const sip::Uri& a, const sip::Uri& b) {
  registrar::HostBuffer first, second;
  return a.is_sip() && b.is_sip() &&
         registrar::canonical_host(a, first) == registrar::canonical_host(b, second);
}

// Does the Path name the host of the Route value?
bool leads_by(std::string_view path, const sip::Uri& route) {
  while (!path.empty()) {
    const auto address = sip::Address::parse(sip::cut_value(path));
    if (address && same_host(address->uri, route)) return true;
  }
  return false;
}

// Has the Route value the flow token of the Path? Another token may name the same flow, nobody but the edge
// knows.
bool leads_down_same_flow(std::string_view path, const sip::Uri& route) {
  const auto address = sip::Address::parse(sip::cut_value(path));
  return address && address->uri.user == route.user && same_host(address->uri, route);
}

// RFC 5627 §6.1: of a request in a dialog that has Route values left, "the proxy MUST discard" the Path of
// the contact: the Route set leads there. It is followed where it enters the Path of a binding of the
// instance, lest anybody be led anywhere by it; the other flows are for when that one has failed.
void follow_route(std::string_view next_route, std::vector<Target>& targets) {
  const auto address = sip::Address::parse(next_route);
  if (!address) return;
  const auto along = std::ranges::find_if(
      targets, [&](const Target& target) { return leads_by(target.path, address->uri); });
  if (along == targets.end()) return;
  std::rotate(targets.begin(), along, std::next(along));
  // The Route may name an earlier flow of the instance, which is gone: then there is the one of its binding,
  // behind those through other edges, as this edge may be gone itself.
  const Target binding = targets.front();
  targets.front().path.clear();
  targets.front().follows_route = true;
  if (leads_down_same_flow(binding.path, address->uri)) return;
  targets.front().is_binding = false;
  targets.push_back(binding);
}

// A GRUU in a dialog whose Record-Route names a flow: that flow if the instance still has it, else its newest
// (RFC 5626 §7); a flow without a binding still leads to the UA.
void prefer_flow(const Target& down, bool sips, Targets& found) {
  std::stable_partition(found.targets.begin(), found.targets.end(),
                        [&](const Target& target) { return target.by_flow && target.flow == down.flow; });
  if (!found.targets.empty() || (sips && !is_secure(down))) return;
  found.located = false;
  found.targets.push_back(down);
}

}  // namespace

TargetFinder::TargetFinder(const Roles& roles, const LocalAddresses& local, const registrar::Domains& domains,
                           registrar::LocationService& location, registrar::Registrar& registrar,
                           UaFlows& ua_flows)
    : roles_(roles),
      local_(local),
      domains_(domains),
      location_(location),
      registrar_(registrar),
      ua_flows_(ua_flows) {}

bool TargetFinder::is_for_us(const sip::Message& request, const sip::Uri& uri, const Flow& flow) const {
  const bool registers = request.method() == sip::Method::register_;
  if (uri.params.has("maddr")) return false;
  if (domains_.owns(uri)) {
    return roles_.registrar && (registers || !uri.has_user || registrar_.serves(uri));
  }
  // An edge has no registrar, whatever the UA calls it.
  return local_.is_ours(uri, flow.local) && (roles_.registrar || !registers);
}

std::optional<Dialect> TargetFinder::registered_over(const Flow& flow, Instant now) {
  const auto here = roles_.registrar ? location_.registered_over(flow, now) : std::nullopt;
  return here ? here : ua_flows_.registered_over(flow, now);
}

void TargetFinder::find(Instant now, const sip::Message& request, const Flow& flow, const sip::Uri& uri,
                        const RouteDecision& decision, Found done) {
  // RFC 3261 §16.5: a maddr that is not ours is the only target, whatever the domain.
  const bool ours = roles_.registrar && domains_.owns(uri) && uri.has_user && !uri.params.has("maddr");
  const bool routed = decision.down || !decision.next_route.empty();
  const bool both = decision.down && !decision.next_route.empty();
  if (ours && (!routed || (registrar::is_gruu(uri) && !both)))
    return locate(now, uri, decision, std::move(done));

  Targets found;
  found.targets.push_back(plain_target(uri, decision));
  if (decision.down || decision.peer) return done(std::move(found));
  if (decision.next_route.empty() && is_for_us(request, uri, flow)) {
    found.refusal = {404, {}, {}};
  } else if (decision.next_route.empty() && !uri.is_sip() && roles_.next_hop.empty()) {
    found.refusal = {416, {}, {}};
  }
  if (found.refusal || decision.trusted || registered_over(flow, now))
    return leave(decision, true, std::move(found), done);
  if (!roles_.registrar) return leave(decision, false, std::move(found), done);
  const auto from = sip::Address::parse(request.value(sip::Header::from));
  registrar_.registered_along(from ? from->uri : sip::Uri{}, flow, now,
                              [this, decision, found = std::move(found), done = std::move(done)](
                                  bool known) mutable { leave(decision, known, std::move(found), done); });
}

// `known`: the sender is registered here, or through here.
void TargetFinder::leave(const RouteDecision& decision, bool known, Targets found, const Found& done) const {
  if (found.refusal) return done(std::move(found));
  if (roles_.registrar && !known) {
    // Only those who are registered here may go elsewhere through us: no open relay.
    found.refusal = {403, "Not A Relay For Unregistered Flows", {}};
  } else if (decision.next_route.empty() || !known || !may_follow_route(decision)) {
    // An edge cannot tell who is a stranger: what becomes of his request is for its next hop to say.
    found.targets.front().next_hop = roles_.next_hop;
    found.targets.front().configured = !roles_.next_hop.empty();
  }
  done(std::move(found));
}

// Of an edge, a domain that it serves is behind its next hop, though its name may well lead to the edge.
bool TargetFinder::may_follow_route(const RouteDecision& decision) const {
  const auto address = sip::Address::parse(decision.next_route);
  return address && (roles_.next_hop.empty() || !domains_.owns(address->uri));
}

void TargetFinder::locate(Instant now, const sip::Uri& uri, const RouteDecision& decision, Found done) {
  const bool sips = uri.scheme == sip::Scheme::sips;
  const auto down = decision.down ? std::optional(plain_target(uri, decision)) : std::nullopt;
  registrar_.locate(
      uri, now,
      [next_route = decision.next_route, down, sips, done = std::move(done)](registrar::Located located) {
        Targets found;
        found.located = true;
        found.targets = std::move(located.targets);
        // RFC 5630 §5.3: what is asked of a sips URI goes over TLS, or not at all.
        if (sips) {
          std::erase_if(found.targets, [](const Target& target) { return !is_secure(target); });
        } else {
          std::ranges::for_each(found.targets, ask_as_sip);
        }
        if (down) {
          prefer_flow(*down, sips, found);
        } else if (located.status != 0) {
          found.refusal = {located.status, {}, {}};
        } else if (!next_route.empty()) {
          follow_route(next_route, found.targets);
        }
        if (found.targets.empty() && !found.refusal) found.refusal = {480, "No Secure Contact", {}};
        done(std::move(found));
      });
}

}  // namespace flowgate::proxy
