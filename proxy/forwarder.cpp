#include "proxy/forwarder.h"

#include <algorithm>

#include "flowtoken/keyed_hash.h"
#include "proxy/edge_register.h"
#include "proxy/identity.h"
#include "proxy/network.h"
#include "sip/address.h"
#include "sip/text.h"
#include "sip/value.h"
#include "sip/via.h"

namespace flowgate::proxy {
namespace {

using sip::Header;

constexpr std::string_view kMaxForwards = "70";  // RFC 3261 §8.1.1.6

// The first Route value that goes out; "" when there is none.
std::string_view topmost_route(const sip::Message& request, const ForwardPlan& plan) {
  if (!plan.routes_added.empty()) {
    std::string_view path = plan.routes_added;
    return sip::cut_value(path);
  }
  sip::Values routes(request, Header::route);
  for (unsigned i = 0; i < plan.routes_taken && routes.next(); ++i) continue;
  const auto first = routes.next();
  const bool stays = first && (!plan.last_route_taken || routes.next());
  return stays ? first->text : std::string_view(plan.route_appended);
}

// RFC 3261 §16.6 (4): "If the Request-URI contains a SIPS URI, or the topmost Route header field value (after
// the post processing of bullet 6) contains a SIPS URI, the URI placed into the Record-Route header field
// MUST be a SIPS URI." So it is for who asked for a SIPS URI, whatever his target registered.
bool asks_for_sips(const sip::Message& request, const ForwardPlan& plan) {
  if (sip::is_sips(request.request_uri()) || sip::is_sips(plan.request_uri)) return true;
  const auto route = sip::Address::parse(topmost_route(request, plan));
  return route && route->uri.scheme == sip::Scheme::sips;
}

// A caller who listens where his Via says, and has nobody keep to the flow (RFC 5626 §4.3): when his
// connection is gone, he is reached at his Contact (RFC 3261 §12.2.1.1, §18).
bool is_at_contact(const sip::Message& request, const Flow& source) {
  if (!is_stream(source.protocol) || is_websocket(source.protocol)) return false;
  const auto top = sip::first_value(request, Header::via);
  const auto via = top ? sip::Via::parse(top->text) : sip::Error::bad_via;
  const auto sent_by = via ? Endpoint::from(via->host, 0) : std::nullopt;
  const auto contact = sip::Address::parse(request.value(Header::contact));
  return sent_by && sent_by->same_address(source.remote) && contact && !contact->uri.params.has("ob");
}

}  // namespace

bool is_first_hop(const sip::Message& request) {
  sip::Values vias(request, Header::via);
  return vias.next() && !vias.next();
}

bool forms_dialog(const sip::Message& request) {
  switch (request.method()) {
    case sip::Method::invite:
    case sip::Method::subscribe:
    case sip::Method::refer:
    case sip::Method::notify:  // RFC 6665 §4.4.1: may come before the 200 of its SUBSCRIBE
      break;
    default:
      return false;
  }
  return !sip::tag_of(request.value(Header::to));
}

Forwarder::Forwarder(std::uint8_t shard, const Roles& roles, const LocalAddresses& local, FlowTokens& tokens,
                     Random random, const sip::Limits& limits)
    : shard_(shard),
      roles_(roles),
      local_(local),
      tokens_(tokens),
      random_(std::move(random)),
      limits_(limits) {}

// RFC 5393 §4.2.1: everything that decides where the request goes: Request-URI, Route, and who it is
// (Call-ID, CSeq, From). Whoever finds two requests of one hash can only have his own taken for a loop.
std::uint64_t Forwarder::loop_hash(const sip::Message& request) const {
  thread_local std::string text;
  text.clear();
  const auto add = [](std::string_view field) {
    text += field;
    text += '\0';
  };
  add(request.request_uri());
  sip::Values routes(request, Header::route);
  while (const auto route = routes.next()) add(route->text);
  add(request.value(Header::call_id));
  add(request.value(Header::cseq));
  add(request.value(Header::from));
  add(request.value(Header::to));
  return siphash13(process_hash_key(), text);
}

Branch Forwarder::make_branch(const sip::Message& request) {
  return {shard_, random_(), loop_hash(request)};
}

bool Forwarder::is_loop(const sip::Message& request) const {
  sip::Values vias(request, Header::via);
  std::optional<std::uint64_t> hash;
  while (const auto value = vias.next()) {
    if (value->text.find("z9hG4bKfg") == std::string_view::npos) continue;
    const auto via = sip::Via::parse(value->text, limits_);
    const auto branch = via ? Branch::parse(via->branch()) : std::nullopt;
    if (!branch) continue;
    if (!hash) hash = loop_hash(request);
    // RFC 3261 §16.3 (4): only "a Via header field with a sent-by value that equals a value placed into
    // previous requests by the proxy".
    const auto sent_by = Endpoint::from(via->host, via->port.value_or(5060));
    if (branch->loop_hash == *hash && sent_by && local_.is_sent_by(*sent_by)) return true;
  }
  return false;
}

bool Forwarder::is_own_via(const sip::Via& via, const Flow& flow) const {
  const auto sent_by = Endpoint::from(via.host, via.port.value_or(is_secure(flow.protocol) ? 5061 : 5060));
  return sent_by && *sent_by == local_.sent_by(flow);
}

// RFC 3261 §18.3: a datagram ends with its message; over a stream nothing but this says where one ends.
void Forwarder::add_content_length(const sip::Message& message) {
  if (message.find(Header::content_length) != nullptr) return;
  edits_.insert_field(message.fields_end(), "Content-Length", {std::to_string(message.body().size())});
}

// RFC 3261 §7.1: "The SIP-Version string is case-insensitive, but implementations MUST send upper-case."
void Forwarder::edit_version(const sip::Message& message) {
  constexpr std::string_view version = "SIP/2.0";
  const sip::Range range = message.version_range();
  if (message.at(range) != version) edits_.replace(range, {version});
}

void Forwarder::request(const sip::Message& request, const Flow& source, const Flow& to,
                        const ForwardPlan& plan, const Branch& branch, std::string& out) {
  edits_.clear();
  edit_version(request);
  if (!plan.request_uri.empty()) edits_.replace(request.request_uri_range(), {plan.request_uri});
  const Endpoint sent_by = local_.sent_by(to);
  // RFC 5923 §8.1: a peer may send its requests to us back over the connection; over TLS, where it can tell
  // whose that is (§9.3).
  const bool alias = plan.to_peer && to.protocol == Protocol::tls;
  edits_.insert_field(request.fields_begin(), "Via",
                      {"SIP/2.0/", via_name(to.protocol), " ", sent_by.text(), ";branch=", branch.text(),
                       ";rport", alias ? ";alias" : ""});
  if (forms_dialog(request)) add_record_routes(request, source, to, plan);
  if (request.method() == sip::Method::register_ && roles_.edge) add_path(request, source, to);
  edit_routes(request, plan);
  edit_max_forwards(request);
  edit_max_breadth(request, plan);
  if (roles_.trust.applies) edit_identity(request, passage(source, to), plan.asserted, edits_);
  if (!roles_.realm.empty()) edit_credentials(request, roles_.realm, edits_);
  add_content_length(request);
  edits_.write(request, out);
}

Passage Forwarder::passage(const Flow& from, const Flow& to) const {
  return {roles_.trust.covers(from.remote), roles_.trust.covers(to.remote)};
}

void Forwarder::edit_routes(const sip::Message& request, const ForwardPlan& plan) {
  sip::Values routes(request, Header::route);
  unsigned index = 0;
  std::optional<sip::Values::Value> last;
  while (const auto route = routes.next()) {
    if (index++ < plan.routes_taken) {
      edits_.remove_value(request, *route);
    } else {
      last = route;
    }
  }
  if (plan.last_route_taken && last) edits_.remove_value(request, *last);
  if (!plan.routes_added.empty()) edits_.insert_field(request.fields_begin(), "Route", {plan.routes_added});
  if (!plan.route_appended.empty())
    edits_.insert_field(request.fields_end(), "Route", {"<", plan.route_appended, ">"});
}

void Forwarder::edit_max_forwards(const sip::Message& request) {
  const sip::Field* field = request.find(Header::max_forwards);
  if (field == nullptr) return edits_.insert_field(request.fields_begin(), "Max-Forwards", {kMaxForwards});
  const std::uint32_t hops = sip::parse_number(request.value(*field)).value_or(0);
  edits_.replace(field->value, {std::to_string(hops > 0 ? hops - 1 : 0)});
}

// RFC 5393 §5.3.3: each forked request carries its share of the breadth.
void Forwarder::edit_max_breadth(const sip::Message& request, const ForwardPlan& plan) {
  if (plan.max_breadth == 0) return;
  const std::string breadth = std::to_string(plan.max_breadth);
  const sip::Field* field = request.find(Header::max_breadth);
  if (field == nullptr) return edits_.insert_field(request.fields_begin(), "Max-Breadth", {breadth});
  edits_.replace(field->value, {breadth});
}

// Both sides get a Record-Route of their own when either needs a flow token or when transport or address
// change on the way: a request in the dialog then carries first the URI of the side that it comes from, then
// that of the side that it goes to, so that its direction does not hang on the sender's address, which a NAT
// may change in mid-dialog.
void Forwarder::add_record_routes(const sip::Message& request, const Flow& source, const Flow& to,
                                  const ForwardPlan& plan) {
  const bool secure = asks_for_sips(request, plan);
  // Where neither end is next to us, the tokens tell that the dialog was let through.
  const bool source_token = is_first_hop(request) || plan.to_next_hop || plan.behind_path;
  const bool target_token = plan.target_is_ua || plan.behind_path;
  const bool same_side = source.protocol == to.protocol && local_.sent_by(source) == local_.sent_by(to);
  edits_.insert_field(request.fields_begin(), "Record-Route",
                      {"<", own_uri(to, target_token ? &to : nullptr, plan.target_claims, secure), ">"});
  if (same_side && !source_token && !target_token) return;
  TokenClaims source_claims = plan.source_claims;
  // Who is registered is reached as he is registered.
  source_claims.at_contact =
      !source_claims.registered && is_first_hop(request) && is_at_contact(request, source);
  edits_.insert_field(request.fields_begin(), "Record-Route",
                      {"<", own_uri(source, source_token ? &source : nullptr, source_claims, secure), ">"});
}

// Where those on `side` reach us; `token`: the flow that the user part names, or none.
std::string Forwarder::own_uri(const Flow& side, const Flow* token, TokenClaims claims, bool secure) {
  // On a side without TLS a sips URI would name a port where nobody speaks it.
  const bool sips = secure && is_secure(side.protocol);
  std::string uri = sips ? "sips:" : "sip:";
  if (token != nullptr) {
    tokens_.mint(*token, claims, uri);
    uri += '@';
  }
  uri += local_.sent_by(side).text();
  append_transport(side.protocol, sips, uri);
  uri += ";lr";
  if (roles_.stun_parameter && side.protocol == Protocol::udp) uri += ";stun";
  return uri;
}

// RFC 3327 §5.2, RFC 5626 §5.1. The first hop's token leads back to a UA whatever that supports; "ob" tells
// the registrar that the UA may have several flows here. An element further in names the one that the request
// came from, if that is on the Path already or the UA knows of Paths.
void Forwarder::add_path(const sip::Message& request, const Flow& source, const Flow& to) {
  const bool first = is_first_hop(request);
  const bool supported = sip::has_option(request, Header::supported, "path");
  if (!first && !supported && request.count(Header::path) == 0) return;
  const auto dialect = outbound_dialect(request);
  const TokenClaims claims{dialect.value_or(Dialect::rfc), first};
  const std::string uri = own_uri(to, &source, claims, sip::is_sips(request.request_uri()));
  edits_.insert_field(request.fields_begin(), "Path", {"<", uri, first && dialect ? ";ob" : "", ">"});
  // §5.2: "If the UA has indicated support and the proxy requires the registrar to support the Path
  // extension, then the proxy SHOULD insert a Requires header field value for this extension."
  if (supported && !sip::has_option(request, Header::require, "path"))
    edits_.insert_field(request.fields_end(), "Require", {"path"});
}

void Forwarder::register_response(const sip::Message& response, std::string& out) {
  edits_.clear();
  edit_version(response);
  if (const auto top = sip::first_value(response, Header::via)) edits_.remove_value(response, *top);
  for (const sip::Field& field : response.fields()) {
    if (sip::equals_nocase(response.name(field), "Flow-Timer")) edits_.remove_field(field);
  }
  edits_.insert_field(response.fields_end(), "Flow-Timer", {std::to_string(roles_.flow_timer.count())});
  add_content_length(response);
  edits_.write(response, out);
}

void Forwarder::response(const sip::Message& response, std::string_view fields, const Flow& from,
                         const Flow& to, std::string& out) {
  edits_.clear();
  edit_version(response);
  if (const auto top = sip::first_value(response, Header::via)) edits_.remove_value(response, *top);
  for (std::string_view rest = fields; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const auto colon = line.find(':');
    edits_.insert_field(response.fields_end(), line.substr(0, colon), {sip::trim(line.substr(colon + 1))});
  }
  if (roles_.trust.applies) edit_identity(response, passage(from, to), {}, edits_);
  add_content_length(response);
  edits_.write(response, out);
}

}  // namespace flowgate::proxy
