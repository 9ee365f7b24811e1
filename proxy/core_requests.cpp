#include "proxy/core.h"

#include <utility>

#include "proxy/received.h"
#include "sip/text.h"
#include "sip/value.h"
#include "sip/writer.h"

// What becomes of a request that has a transaction. What never gets one is in core.cpp.
namespace flowgate::proxy {
namespace {

using sip::Method;

constexpr std::string_view kAllow =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, PRACK, UPDATE, SUBSCRIBE, NOTIFY, REFER, MESSAGE, INFO, "
    "PUBLISH";

void refuse(ServerTransaction& server, const Refusal& refusal) {
  server.respond(refusal.status, refusal.reason, refusal.fields);
}

}  // namespace

// §16.3
Refusal Core::validate_request(const sip::Message& request, RequestParts& parts) const {
  return validate(request, options_.limits, !options_.roles.next_hop.empty(), parts);
}

// §16.4. `parts.request_uri` becomes what to route by; it may view the decision.
RouteDecision Core::route(const sip::Message& request, const Flow& flow, RequestParts& parts) {
  RouteDecision decision = routing_.decide(request, parts.request_uri, flow);
  if (decision.refusal || decision.request_uri.empty()) return decision;
  if (const auto rewritten = sip::Uri::parse(decision.request_uri, options_.limits)) {
    parts.request_uri = *rewritten;
  } else {
    decision.refusal = {400, "Bad Route", {}};
  }
  return decision;
}

// §16.3 (3) and (4): may it go on from here?
Refusal Core::check_forwarding(const sip::Message& request) const {
  const sip::Field* hops = request.find(sip::Header::max_forwards);
  if (hops != nullptr && sip::parse_number(request.value(*hops)) == 0U) return {483, {}, {}};
  if (forwarder_.is_loop(request)) return {482, {}, {}};
  return {};
}

void Core::handle(ServerTransaction& server, const sip::Message& request) {
  RequestParts parts;
  if (const Refusal refusal = validate_request(request, parts)) return refuse(server, refusal);
  RouteDecision decision = route(request, server.flow(), parts);
  const sip::Uri& uri = parts.request_uri;
  if (decision.refusal) return refuse(server, decision.refusal);
  const bool arrived = decision.next_route.empty() && !decision.down;
  const bool subscribes = arrived && options_.roles.registrar && request.method() == Method::subscribe &&
                          notifier_.takes(request, uri, server.flow());
  if (subscribes || (arrived && targets_.is_for_us(request, uri, server.flow())))
    return answer(server, request, parts, subscribes);
  if (const Refusal refusal = check_forwarding(request)) return server.respond(refusal.status);
  proxy(server, request, uri, decision);
}

// What we are the UAS of.
void Core::answer(ServerTransaction& server, const sip::Message& request, const RequestParts& parts,
                  bool subscribes) {
  const sip::Uri& uri = parts.request_uri;
  if (const Refusal refusal = check_uas(server, request, parts)) return refuse(server, refusal);
  std::shared_ptr<const registrar::User> user;
  if (authentication_) {
    auto verdict = authentication_->of_request_for_us(request, parts.to, server.flow(), timers_.now());
    if (verdict.refusal) return refuse(server, verdict.refusal);
    user = std::move(verdict.user);
  }
  if (subscribes) return notifier_.receive(server, uri, user.get());
  if (request.method() == Method::register_) return handle_register(server, request, parts);
  const bool gruu = registrar_.serves(uri);
  if (request.method() == Method::options && (gruu || !uri.has_user)) return answer_options(server);
  // §12.2.2: no dialog ends here.
  if (parts.to_tag) return server.respond(481);
  return gruu || !uri.has_user ? refuse_method(server, gruu) : server.respond(404);
}

// §8.2.2
Refusal Core::check_uas(ServerTransaction& server, const sip::Message& request, const RequestParts& parts) {
  // §8.2.2.2: the same request by another way.
  if (!parts.to_tag && transactions_.is_merged(server, merge_hash(request)))
    return {482, "Merged Request", {}};
  // The registrar knows what it requires.
  return request.method() == Method::register_ ? Refusal{} : check_require(request);
}

void Core::handle_register(ServerTransaction& server, const sip::Message& request,
                           const RequestParts& parts) {
  if (!registrar_.is_valid_for(parts.to, parts.request_uri)) return server.respond(404);
  server.set_repeatable();
  registrar_.process(request, parts.to, {parts.cseq, server.key().a}, server.flow(), timers_.now(),
                     [this, key = server.key()](const registrar::Answer& answer) {
                       ServerTransaction* waiting = transactions_.find_server(key);
                       if (waiting == nullptr) return;
                       if (answer.keeps_alive) watch(waiting->flow(), answer.dialect, *answer.keeps_alive);
                       waiting->respond(answer.status, answer.reason, answer.fields);
                     });
}

// RFC 5626 §5.4: for as long as its UA has promised to keep it alive, by what it was told last.
void Core::watch(const Flow& flow, Dialect dialect, std::chrono::seconds promised) {
  if (promised.count() == 0) return ua_flows_.forget(flow);
  const Instant now = timers_.now();
  ua_flows_.registered(flow, dialect, true, now, now + promised);
}

// §11.2
void Core::answer_options(ServerTransaction& server) {
  std::string fields;
  sip::FieldWriter writer(fields);
  writer.field("Allow", {kAllow})
      .field("Accept", {"application/sdp"})
      .field("Accept-Encoding", {"identity"})
      .field("Accept-Language", {"en"})
      .field("Supported", {"outbound, path, gruu"});
  // RFC 6665 §4.4.4
  if (options_.roles.registrar) writer.field("Allow-Events", {"reg"});
  server.respond(200, {}, fields);
}

// A GRUU of this host, or the host itself, is asked for anything else. RFC 3261 §8.2.1: "the UAS MUST
// generate a 405 (Method Not Allowed) response."
void Core::refuse_method(ServerTransaction& server, bool gruu) {
  const bool registers = options_.roles.registrar && !gruu;
  std::string fields;
  sip::FieldWriter(fields).field("Allow", {registers ? "OPTIONS, REGISTER" : "OPTIONS"});
  server.respond(405, {}, fields);
}

void Core::proxy(ServerTransaction& server, const sip::Message& request, const sip::Uri& uri,
                 RouteDecision& decision) {
  if (authentication_ && !authenticate(server, request, decision)) return;
  // The token in the sender's Record-Route tells whether it was registered, and which dialect it speaks.
  if (forms_dialog(request)) {
    if (const auto dialect = targets_.registered_over(server.flow(), timers_.now())) {
      decision.trusted = true;
      decision.source_dialect = *dialect;
    }
  }
  const auto context = std::make_shared<ResponseContext>(parts_, server, decision);
  context->begin();
  targets_.find(timers_.now(), request, server.flow(), uri, decision, [context](Targets found) {
    if (found.refusal) return context->refuse(found.refusal.status, found.refusal.reason);
    context->fork(std::move(found.targets), found.located);
  });
}

// §22.3. False: it has been answered. Who has authenticated may go anywhere, whether or not he is registered.
bool Core::authenticate(ServerTransaction& server, const sip::Message& request, RouteDecision& decision) {
  const Instant now = timers_.now();
  const bool registered = targets_.registered_over(server.flow(), now).has_value();
  auto verdict = authentication_->of_request_passing(request, server.flow(), decision, registered, now);
  if (verdict.refusal) {
    refuse(server, verdict.refusal);
    return false;
  }
  decision.trusted = decision.trusted || verdict.user;
  decision.asserted = std::move(verdict.asserted);
  return true;
}

// RFC 3261 §13.2.2.4: the ACK for a 2xx.
void Core::receive_ack(const Flow& flow, const sip::Message& request, const sip::Via& via) {
  RequestParts parts;
  if (validate_request(request, parts)) return;
  const RouteDecision decision = route(request, flow, parts);
  if (decision.refusal || check_forwarding(request)) return;
  std::string params;
  const std::shared_ptr<sip::StoredMessage> kept =
      with_received(request, received_params(request, via, flow, {}, params));
  targets_.find(timers_.now(), request, flow, parts.request_uri, decision,
                [this, flow, kept, decision](Targets found) {
                  if (!found.refusal) acks_.forward(flow, kept->get(), decision, std::move(found.targets));
                });
}

}  // namespace flowgate::proxy
