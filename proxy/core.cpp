#include "proxy/core.h"

#include <algorithm>
#include <utility>

#include "proxy/next_hops.h"
#include "proxy/received.h"
#include "proxy/validation.h"
#include "sip/address.h"
#include "sip/text.h"
#include "sip/value.h"
#include "sip/writer.h"

namespace flowgate::proxy {
namespace {

using registrar::Target;
using sip::Method;

constexpr std::string_view kAllow =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, PRACK, UPDATE, SUBSCRIBE, NOTIFY, REFER, MESSAGE, INFO, "
    "PUBLISH";

// A target that is not a binding: down a flow, or on by Route or Request-URI.
Target plain_target(const sip::Uri& uri, const RouteDecision& decision) {
  Target target;
  target.uri = decision.strict_request_uri;
  // §16.6 (2), §19.1.1: headers have no place in a Request-URI.
  if (!uri.headers.empty()) target.uri = uri.text.substr(0, uri.text.size() - uri.headers.size() - 1);
  if (decision.down) {
    target.by_flow = true;
    target.flow = decision.down->flow;
    target.dialect = decision.down->dialect;
  }
  return target;
}

// RFC 5630 §3.1.3: a hop over TLS: a flow that is one, or a URI that asks for one.
bool is_secure(const Target& target) {
  if (target.by_flow) return target.flow.protocol == Protocol::tls || target.flow.protocol == Protocol::wss;
  return sip::equals_nocase(target.contact_uri.substr(0, 5), "sips:");
}

bool is_gruu(const sip::Uri& uri) {
  return registrar::is_temporary_gruu(uri) || registrar::gruu_instance(uri).has_value();
}

}  // namespace

Core::Core(const Options& options, const LocalAddresses& local, const registrar::Domains& domains,
           registrar::LocationService& location, const TokenKeys& keys, Network& network, Resolver& resolver,
           Random random, Instant now)
    : options_(options),
      local_(local),
      domains_(domains),
      location_(location),
      network_(network),
      tokens_(keys),
      timers_(now),
      transactions_(options.settings, timers_, network),
      registrar_(options.registrar, domains, location, registrar::TemporaryGruus(keys), random),
      routing_(local, domains, tokens_, options.limits),
      forwarder_(options.shard, local, tokens_, random, options.limits),
      parts_{transactions_, forwarder_, network, resolver, registrar_} {}

Core::~Core() = default;

// Time passes, and what has terminated is freed, once for each event that comes in, not for those inside it:
// a connection may be there at once, and say so while its request is being handled.
class Core::Entry {
 public:
  Entry(Core& core, Instant now) : core_(core) {
    if (core_.entries_++ == 0) core_.timers_.advance(now);
  }
  ~Entry() {
    if (--core_.entries_ == 0) core_.transactions_.reap();
  }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

 private:
  Core& core_;
};

void Core::advance(Instant now) {
  const Entry entry(*this, now);
}

void Core::flow_closed(Instant now, const Flow& flow) {
  const Entry entry(*this, now);
  location_.remove_flow(flow);
  transactions_.flow_failed(flow);
}

void Core::receive(Instant now, const Flow& flow, std::span<char> text) {
  const Entry entry(*this, now);
  const auto message = sip::Message::parse(text, options_.limits);
  if (!message) return;
  message->is_request() ? receive_request(flow, *message) : receive_response(flow, *message);
}

// RFC 3261 §16.7 (1) and (3), §17.1.3. RFC 6026 §8.2: a response without a transaction is not forwarded.
void Core::receive_response(const Flow& flow, const sip::Message& message) {
  const auto via = answerable(message, options_.limits);
  const auto branch = via ? Branch::parse(via->branch()) : std::nullopt;
  if (!branch || message.defect()) return;
  if (branch->shard != options_.shard) return network_.pass_to_shard(branch->shard, flow, message.text());
  const auto cseq = sip::CSeq::parse(message.value(sip::Header::cseq));
  if (!cseq) return;
  const Method method = sip::method_from(cseq->method);
  // §16.7 (3): without a Via beside ours "the response was meant for this element"; only a CANCEL is ours
  // alone.
  sip::Values vias(message, sip::Header::via);
  if (!(vias.next() && vias.next()) && method != Method::cancel) return;
  ClientTransaction* transaction = transactions_.find_client(*branch, method == Method::cancel);
  if (transaction != nullptr && transaction->method() == method) transaction->receive(message);
}

void Core::receive_request(const Flow& flow, const sip::Message& message) {
  const auto via = answerable(message, options_.limits);
  if (!via) return;
  const Method method = message.method();
  const TransactionKey key = transaction_key(message, *via, method == Method::ack ? Method::invite : method);
  ServerTransaction* existing = transactions_.find_server(key);
  if (method == Method::ack) {
    // §17.2.1: the ACK for a non-2xx belongs to the INVITE's transaction. That for a 2xx is a request of its
    // own.
    if (existing != nullptr && existing->state() != ServerState::accepted) return existing->acknowledged();
    return receive_ack(flow, with_received(message, *via, flow));
  }
  if (existing != nullptr) return existing->retransmitted();
  const TransactionKey invite =
      method == Method::cancel ? transaction_key(message, *via, Method::invite) : TransactionKey{};
  // A CANCEL makes room, and there is one at most for each INVITE: it is never turned away.
  const bool cancels = method == Method::cancel && transactions_.find_server(invite) != nullptr;
  if (transactions_.full() && !cancels) {
    std::string fields;
    sip::FieldWriter(fields).field("Retry-After", {"10"});
    const sip::StoredMessage request = with_received(message, *via, flow);
    return answer_statelessly(flow, request.get(), key, 503, fields);
  }
  ServerTransaction& server = transactions_.make_server(key, flow, with_received(message, *via, flow));
  method == Method::cancel ? receive_cancel(server, invite) : handle(server);
}

void Core::answer_statelessly(const Flow& flow, const sip::Message& request, const TransactionKey& key,
                              int status, std::string_view fields) {
  std::string text;
  sip::write_response(request, status, {}, key.to_tag(), fields, text);
  network_.send(flow, text);
}

// §9.2, §16.10.
void Core::receive_cancel(ServerTransaction& server, const TransactionKey& invite) {
  sip::Uri uri;
  if (const Refusal refusal = validate(server.request(), options_.limits, uri)) {
    return server.respond(refusal.status, refusal.reason, refusal.fields);
  }
  ServerTransaction* pending = transactions_.find_server(invite);
  if (pending == nullptr) return server.respond(481);
  server.respond(200);
  if (pending->user() != nullptr) pending->user()->cancelled(*pending);
}

// What is looked at before anything is done with a request: §16.3, §16.4. `uri` becomes what to route by.
RouteDecision Core::examine(const sip::Message& request, const Flow& flow, sip::Uri& uri) {
  RouteDecision decision;
  decision.refusal = validate(request, options_.limits, uri);
  if (decision.refusal) return decision;
  decision = routing_.decide(request, uri, flow);
  if (decision.strict_request_uri.empty()) return decision;
  const auto unwound = sip::Uri::parse(decision.strict_request_uri, options_.limits);
  if (unwound) {
    uri = *unwound;
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

void Core::handle(ServerTransaction& server) {
  const sip::Message& request = server.request();
  sip::Uri uri;
  const RouteDecision decision = examine(request, server.flow(), uri);
  if (decision.refusal) {
    return server.respond(decision.refusal.status, decision.refusal.reason, decision.refusal.fields);
  }
  if (decision.next_route.empty() && !decision.down && is_for_us(request, uri, server.flow())) {
    if (request.method() == Method::register_) return handle_register(server);
    if (request.method() == Method::options && !uri.has_user) return answer_options(server);
    return server.respond(404);
  }
  if (const Refusal refusal = check_forwarding(request)) return server.respond(refusal.status);
  proxy(server, uri, decision);
}

// The registrar of our domains; and whatever is addressed to this host rather than to a user. A domain may be
// named like the address of a listener: then its users are users.
bool Core::is_for_us(const sip::Message& request, const sip::Uri& uri, const Flow& flow) const {
  if (domains_.owns(uri)) return request.method() == Method::register_ || !uri.has_user;
  return local_.is_ours(uri, flow.local);
}

void Core::handle_register(ServerTransaction& server) {
  registrar_.process(server.request(), server.flow(), timers_.now(),
                     [this, key = server.key()](const registrar::Answer& answer) {
                       if (ServerTransaction* waiting = transactions_.find_server(key)) {
                         waiting->respond(answer.status, answer.reason, answer.fields);
                       }
                     });
}

// §11.2
void Core::answer_options(ServerTransaction& server) {
  std::string fields;
  sip::FieldWriter(fields)
      .field("Allow", {kAllow})
      .field("Accept", {"application/sdp"})
      .field("Supported", {"outbound, path, gruu"});
  server.respond(200, {}, fields);
}

void Core::proxy(ServerTransaction& server, const sip::Uri& uri, RouteDecision decision) {
  const sip::Message& request = server.request();
  // The token in the sender's Record-Route tells whether it was registered, and which dialect it speaks.
  if (forms_dialog(request)) {
    if (const auto dialect = location_.registered_over(server.flow(), timers_.now())) {
      decision.trusted = true;
      decision.source_dialect = *dialect;
    }
  }
  const auto context = std::make_shared<ResponseContext>(parts_, server, decision);
  context->begin();
  find_targets(request, server.flow(), uri, decision, [context](Targets found) {
    if (found.refusal) return context->refuse(found.refusal.status, found.refusal.reason);
    context->fork(std::move(found.targets), found.located);
  });
}

// §16.5
void Core::find_targets(const sip::Message& request, const Flow& flow, const sip::Uri& uri,
                        const RouteDecision& decision, std::function<void(Targets)> done) {
  const bool ours = domains_.owns(uri) && uri.has_user;
  if (decision.next_route.empty() && ours && (!decision.down || is_gruu(uri)))
    return locate(uri, decision, std::move(done));
  Targets found;
  if (decision.down) {
    found.targets.push_back(plain_target(uri, decision));
    return done(std::move(found));
  }
  if (!uri.is_sip() && decision.next_route.empty()) {
    found.refusal = {416, {}, {}};
  } else if (decision.next_route.empty() && is_for_us(request, uri, flow)) {
    found.refusal = {404, {}, {}};
  } else if (!decision.trusted && !location_.registered_over(flow, timers_.now())) {
    // Only those who are registered here may go elsewhere through us: no open relay.
    found.refusal = {403, "Not A Relay For Unregistered Flows", {}};
  } else {
    found.targets.push_back(plain_target(uri, decision));
  }
  done(std::move(found));
}

void Core::locate(const sip::Uri& uri, const RouteDecision& decision, std::function<void(Targets)> done) {
  const bool sips = uri.scheme == sip::Scheme::sips;
  const Target down = plain_target(uri, decision);
  registrar_.locate(
      uri, timers_.now(), [decision, down, sips, done = std::move(done)](registrar::Located located) {
        Targets found;
        found.located = true;
        found.targets = std::move(located.targets);
        // RFC 5630 §5.3: what is asked of a sips URI goes over TLS, or not at all.
        if (sips) std::erase_if(found.targets, [](const Target& target) { return !is_secure(target); });
        if (decision.down) {
          // A GRUU in a dialog whose Record-Route names a flow: that flow if the instance still has it, else
          // its newest (RFC 5626 §7); a flow without a binding still leads to the UA.
          std::stable_partition(found.targets.begin(), found.targets.end(), [&](const Target& target) {
            return target.by_flow && target.flow == decision.down->flow;
          });
          if (found.targets.empty() && (!sips || is_secure(down))) {
            found.located = false;
            found.targets.push_back(down);
          }
        } else if (located.status != 0) {
          found.refusal = {located.status, {}, {}};
        }
        if (found.targets.empty() && !found.refusal) found.refusal = {480, "No Secure Contact", {}};
        done(std::move(found));
      });
}

// The ACK for a 2xx goes its own way to the UAS (§13.2.2.4); nobody answers it, whatever becomes of it.
void Core::receive_ack(const Flow& flow, const sip::StoredMessage& stored) {
  const sip::Message& request = stored.get();
  sip::Uri uri;
  const RouteDecision decision = examine(request, flow, uri);
  if (decision.refusal || check_forwarding(request)) return;
  const auto kept = std::make_shared<sip::StoredMessage>(request);
  find_targets(request, flow, uri, decision, [this, flow, kept, decision](Targets found) {
    if (!found.refusal) forward_ack(flow, *kept, decision, std::move(found.targets));
  });
}

void Core::forward_ack(const Flow& flow, const sip::StoredMessage& request, const RouteDecision& decision,
                       std::vector<Target> targets) {
  TargetSet set;
  set.add(std::move(targets));
  for (const Target& target : set.next_group()) {
    std::string next_hop;
    const ForwardPlan plan = plan_for(target, decision, request.get(), next_hop);
    if (target.by_flow) {
      send_ack(flow, target.flow, request.get(), plan);
      continue;
    }
    const auto kept = std::make_shared<sip::StoredMessage>(request.get());
    find_next_hops(parts_, next_hop, flow, kept->get().text().size() + kForwardingOctets,
                   [this, flow, kept, plan](std::vector<NextHop> hops) {
                     connect_first(parts_, std::move(hops),
                                   [this, flow, kept, plan](boost::system::result<Flow> to) {
                                     if (to) send_ack(flow, *to, kept->get(), plan);
                                   });
                   });
  }
}

void Core::send_ack(const Flow& source, const Flow& to, const sip::Message& request,
                    const ForwardPlan& plan) {
  std::string text;
  forwarder_.request(request, source, to, plan, forwarder_.make_branch(request), text);
  network_.send(to, text);
}

}  // namespace flowgate::proxy
