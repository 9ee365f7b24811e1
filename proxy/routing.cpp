#include "proxy/routing.h"

#include <utility>

#include "sip/address.h"
#include "sip/text.h"
#include "sip/value.h"

namespace flowgate::proxy {
namespace {

// A UA that was registered when the token was minted, and whose NAT has given it another port since. Tokens
// are no secrets: whoever has called a UA knows one of it. So it takes the UA's address, too.
void note_sender(const std::optional<FlowTokens::Verified>& token, const Flow& source,
                 RouteDecision& decision) {
  if (!token || !token->flow.remote.same_address(source.remote)) return;
  decision.from_user = decision.from_user || token->user;
  decision.trusted = decision.trusted || token->registered;
}

// The far end of the flow is an element with a Route value of its own: a proxy, not a UA. A request for it
// goes where that says, not down the connection that it once opened for its own requests (RFC 5923 §5): an
// address must be that of the flow, a name must lead there.
bool may_be_peer(std::string_view route, const FlowTokens::Verified& token, const sip::Limits& limits) {
  const auto address = sip::Address::parse(route, limits);
  if (!address || !address->uri.is_sip()) return false;
  const auto host = Endpoint::from(address->uri.host, 0);
  return host ? host->same_address(token.flow.remote) : !token.registered;
}

}  // namespace

Routing::Owner Routing::owner(const sip::Uri& uri, const Flow& source,
                              std::optional<FlowTokens::Verified>& token) {
  if (!uri.is_sip()) return Owner::foreign;
  if (uri.has_user) {
    // A token that verifies is ours wherever its host points (an address translated in front of us, say).
    // Twinkle writes %5a for Z.
    std::string unescaped;
    if (auto verified = tokens_.verify(sip::unescape(uri.user, unescaped))) {
      token = *verified;
      return Owner::ours;
    }
    // RFC 5626 §5.3: "If the flow token has been tampered with, the proxy SHOULD send a 403 (Forbidden)
    // response".
    return local_.is_ours(uri, source.local) ? Owner::forged : Owner::foreign;
  }
  const bool ours = local_.is_ours(uri, source.local) || (domains_ != nullptr && domains_->owns(uri));
  return ours ? Owner::ours : Owner::foreign;
}

// RFC 3261 §16.4: "If the Request-URI of the request contains a value this proxy previously placed into a
// Record-Route header field, the proxy MUST replace the Request-URI [...] with the last value from the Route
// header field, and remove that value from the Route header field."
void Routing::unwind_strict(const sip::Message& request, const sip::Uri& request_uri, const Flow& source,
                            RouteDecision& decision) {
  std::optional<FlowTokens::Verified> token;
  if (!request_uri.params.has("lr") || owner(request_uri, source, token) != Owner::ours) return;
  std::optional<sip::Values::Value> last;
  sip::Values values(request, sip::Header::route);
  while (const auto value = values.next()) last = value;
  if (!last) return;
  const auto address = sip::Address::parse(last->text, limits_);
  if (!address) return;
  decision.request_uri = address->uri.text;
  decision.last_route_taken = true;
  decision.down = token;
  note_sender(token, source, decision);
}

// §16.4: "If the Request-URI contains a maddr parameter, the proxy MUST check to see if its value is in the
// set of addresses or domains the proxy is configured to be responsible for. If [...] the request was
// received using the port and transport indicated (explicitly or by default) in the Request-URI, the proxy
// MUST strip the maddr and any non-default port or transport parameter".
void Routing::strip_maddr(const sip::Uri& request_uri, const Flow& source, RouteDecision& decision) const {
  if (request_uri.params.empty()) return;
  const auto maddr = request_uri.param("maddr");
  if (!maddr) return;
  sip::Uri there = request_uri;
  there.host = *maddr;
  if (!local_.is_ours(there, source.local)) return;
  const std::string_view text = request_uri.text;
  const auto port = request_uri.port;
  const std::string_view after_host =
      text.substr(request_uri.host.data() + request_uri.host.size() - text.data());
  std::string& out = decision.request_uri;
  out = text.substr(0, text.size() - after_host.size());
  if (after_host.starts_with(']')) out += ']';
  if (port == 5060U) out += ":5060";
  for (const sip::Param& param : request_uri.params) {
    if (sip::equals_nocase(param.name, "maddr") || sip::equals_nocase(param.name, "transport")) continue;
    (out += ';') += param.whole;
  }
}

RouteDecision Routing::decide(const sip::Message& request, const sip::Uri& request_uri, const Flow& source) {
  RouteDecision decision;
  strip_maddr(request_uri, source, decision);
  if (request.count(sip::Header::route) == 0) return decision;
  unwind_strict(request, request_uri, source, decision);

  std::size_t total = 0;
  for (sip::Values all(request, sip::Header::route); all.next();) ++total;
  const std::size_t usable = total - (decision.last_route_taken ? 1 : 0);

  // The one in the Request-URI of a strict router was the first of the Route set.
  std::optional<FlowTokens::Verified> last_token = std::exchange(decision.down, std::nullopt);
  unsigned tokens = last_token ? 1 : 0;
  sip::Values values(request, sip::Header::route);
  for (std::size_t i = 0; i < usable; ++i) {
    const auto value = values.next();
    const auto address = sip::Address::parse(value->text, limits_);
    if (!address) {
      decision.refusal = {400, "Bad Route", {}};
      return decision;
    }
    std::optional<FlowTokens::Verified> token;
    const Owner whose = owner(address->uri, source, token);
    if (whose == Owner::forged) {
      decision.refusal = {403, "Bad Flow Token", {}};
      return decision;
    }
    if (whose == Owner::foreign) {
      decision.next_route = value->text;
      break;
    }
    ++decision.own;
    tokens += token ? 1 : 0;
    note_sender(token, source, decision);
    last_token = token;
  }
  // RFC 5626 §5.3: a token whose flow is the one that the request came over marks a request that the UA
  // sends: it goes on by the Request-URI. Any other token marks a request for the UA at the end of that flow.
  // Where we put two Record-Routes, one for each side, the last one is that of the far side, whatever the
  // sender's address is by now.
  if (last_token && (tokens > 1 || last_token->flow != source)) decision.down = last_token;
  if (decision.down && may_be_peer(decision.next_route, *decision.down, limits_)) {
    decision.peer = decision.down->flow;
    decision.down.reset();
  }
  decision.down_or_uri = decision.down && is_at_contact(*decision.down, request_uri, decision, source);
  return decision;
}

// RFC 3261 §16.6 (7): the Route set is used up, and the Request-URI says where the UA is. Nobody but that
// very host: a token is no ticket to wherever its holder likes.
bool Routing::is_at_contact(const FlowTokens::Verified& token, const sip::Uri& request_uri,
                            const RouteDecision& decision, const Flow& source) const {
  if (!token.at_contact || !is_stream(token.flow.protocol)) return false;
  if (!decision.next_route.empty() || !decision.request_uri.empty() || !request_uri.is_sip()) return false;
  const auto host = Endpoint::from(request_uri.host, 0);
  return host && host->same_address(token.flow.remote) && !request_uri.params.has("maddr") &&
         !local_.is_ours(request_uri, source.local);
}

}  // namespace flowgate::proxy
