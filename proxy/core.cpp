#include "proxy/core.h"

#include <utility>

#include "proxy/admission.h"
#include "proxy/received.h"
#include "proxy/response_text.h"
#include "sip/text.h"
#include "sip/value.h"
#include "sip/writer.h"

namespace flowgate::proxy {
namespace {

using sip::Method;

// RFC 3326: why a request is cancelled; "" when it does not say.
std::string_view reason_of(const sip::Message& request) {
  for (const sip::Field& field : request.fields()) {
    if (sip::equals_nocase(request.name(field), "Reason")) return request.value(field);
  }
  return {};
}

bool is_about_invite(Method method) {
  return method == Method::invite || method == Method::ack || method == Method::cancel;
}

}  // namespace

Core::Core(const Options& options, const LocalAddresses& local, const registrar::Domains& domains,
           registrar::LocationService& location, UaFlows& ua_flows, const TokenKeys& keys, Network& network,
           Resolver& resolver, const Random& random, Instant now)
    : options_(options),
      local_(local),
      location_(location),
      ua_flows_(ua_flows),
      network_(network),
      random_(random),
      overload_(options.overload),
      tokens_(token_keys_of(options.node, keys)),
      edge_tokens_(keys),
      timers_(now),
      transactions_(options.settings, timers_, network, options.invites, options.shard),
      registrar_(registrar_options(), domains, location, registrar::EncryptedGruus(keys), random),
      routing_(local, options.roles.registrar ? &domains : nullptr, tokens_, options.limits),
      forwarder_(options.shard, options_.roles, local, tokens_, random, options.limits),
      parts_{options_.roles, transactions_, forwarder_, network, resolver, registrar_, ua_flows, local},
      targets_(options_.roles, local, domains, location, registrar_, ua_flows),
      acks_(parts_),
      event_gruus_(keys),
      notifier_({parts_, local, domains, event_gruus_, random, options.shard, options.reg_event}, location,
                edge_tokens_) {
  if (options.protection_space != nullptr)
    authentication_.emplace(*options.protection_space, options_.roles, random);
}

Core::~Core() = default;

registrar::Options Core::registrar_options() {
  registrar::Options options = options_.registrar;
  if (options_.node.name.empty()) return options;
  options.route = [this](const Flow& flow, Dialect dialect) {
    std::string token;
    tokens_.mint(flow, {dialect, true}, token);
    return route_to(options_.node, local_, flow, token);
  };
  return options;
}

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
  ua_flows_.forget(flow);
  location_.remove_flow(flow);
  transactions_.flow_failed(flow);
}

// RFC 5626 §7: "destination unreachable ICMP error on a UDP flow".
void Core::flow_unreachable(Instant now, const Flow& flow) {
  if (transactions_.awaits_response(flow)) flow_closed(now, flow);
}

void Core::keepalive(Instant now, const Flow& flow) {
  ua_flows_.heard(flow, now);
}

void Core::registration_changed(Instant now, std::string_view aor, registrar::Cause cause) {
  const Entry entry(*this, now);
  notifier_.changed(aor, cause);
}

void Core::receive(Instant now, const Flow& flow, std::span<char> text) {
  const Entry entry(*this, now);
  const auto message = sip::Message::parse(text, options_.limits);
  if (!message) return;
  ua_flows_.heard(flow, now);
  message->is_request() ? receive_request(flow, *message) : receive_response(flow, *message);
}

// RFC 3261 §16.7 (1) and (3), §17.1.3. RFC 6026 §8.2: a response without a transaction is not forwarded.
void Core::receive_response(const Flow& flow, const sip::Message& message) {
  const auto via = answerable(message, options_.limits);
  const auto branch = via ? Branch::parse(via->branch()) : std::nullopt;
  if (!branch || message.defect() || !message.version_is_2_0()) return;
  if (branch->shard != options_.shard) return network_.pass_to_shard(branch->shard, flow, message.text());
  const auto cseq = sip::CSeq::parse(message.value(sip::Header::cseq));
  if (!cseq) return;
  const Method method = sip::method_from(cseq->method);
  ClientTransaction* transaction = transactions_.find_client(*branch, method == Method::cancel);
  if (transaction == nullptr || transaction->method() != method) return;
  // §18.1.2: "If the value of the sent-by parameter in that header field value does not correspond to a value
  // that the client transport is configured to insert into requests, the response MUST be silently
  // discarded."
  if (!forwarder_.is_own_via(*via, transaction->flow())) return;
  // §16.7 (3): without a Via beside ours "the response was meant for this element"; a CANCEL is ours alone,
  // and what we originate.
  sip::Values vias(message, sip::Header::via);
  const bool ours_alone = !(vias.next() && vias.next());
  if (ours_alone && method != Method::cancel && !transaction->originates()) return;
  transaction->receive(message);
}

void Core::receive_request(const Flow& flow, const sip::Message& message) {
  const auto via = answerable(message, options_.limits);
  if (!via) return;
  const Method method = message.method();
  const TransactionKey key = transaction_key(message, *via, method == Method::ack ? Method::invite : method);
  const TransactionKey invite =
      method == Method::cancel ? transaction_key(message, *via, Method::invite) : key;
  ServerTransaction* existing = transactions_.find_server(key);
  const bool cancels = method == Method::cancel && transactions_.find_server(invite) != nullptr;
  if (existing == nullptr && !cancels && is_about_invite(method)) {
    // §17.2.3: it is the same transaction wherever the request comes from. Where it has ended before this
    // gets there, the index names nobody any more, so that nothing is passed to and fro.
    if (const auto shard = transactions_.shard_of_invite(invite))
      return network_.pass_to_shard(*shard, flow, message.text());
  }
  if (method == Method::ack) {
    transactions_.traffic().count_request(method);
    // §17.2.1: the ACK for a non-2xx belongs to the INVITE's transaction. That for a 2xx is a request of its
    // own.
    if (existing != nullptr && existing->state() != ServerState::accepted) return existing->acknowledged();
    return receive_ack(flow, message, *via);
  }
  if (existing != nullptr) return existing->retransmitted();
  if (transactions_.repeat_response(key)) return;
  if (const auto shard = notifier_.shard_of(message, flow); shard && *shard != options_.shard)
    return network_.pass_to_shard(*shard, flow, message.text());
  // A CANCEL makes room, and there is one at most for each INVITE: it is never turned away.
  transactions_.make_room();
  if (transactions_.full() && !cancels) {
    return answer_statelessly(flow, message, *via, key, 503, retry_after());
  }
  if (method != Method::cancel && overload_.acts() && turns_away(flow, message, *via, key)) return;
  // RFC 6223 §4.4: for a registration, or for a dialog whose route set we are in.
  const bool kept = !via->keep().empty() && (method == Method::register_ || forms_dialog(message));
  const std::chrono::seconds keep = kept ? options_.roles.flow_timer : std::chrono::seconds{};
  if (method == Method::register_ && authentication_) {
    if (const Refusal challenge = challenge_of_register(flow, message))
      return answer_statelessly(flow, message, *via, key, challenge.status, challenge.fields, keep);
  }
  if (method == Method::invite) {
    // Before anything is sent that a CANCEL may follow; another shard may be about to do the same.
    if (const auto shard = transactions_.claim_invite(key))
      return network_.pass_to_shard(*shard, flow, message.text());
  }
  ServerTransaction& server = transactions_.make_server(key, flow, *via, message, keep);
  method == Method::cancel ? receive_cancel(server, message, invite) : handle(server, message);
  transactions_.settle();
}

void Core::answer_statelessly(const Flow& flow, const sip::Message& request, const sip::Via& via,
                              const TransactionKey& key, int status, std::string_view fields,
                              std::chrono::seconds keep) {
  transactions_.traffic().count_request(request.method());
  transactions_.traffic().count_response(status);
  Flow reply = flow;
  reply.remote.port = reply_port_of(flow, via);
  thread_local std::string params_text;
  const sip::Splice params = received_params(request, via, flow, keep, params_text);
  ResponseText text;
  sip::write_response(request, status, {}, key.to_tag(), fields, *text, params);
  network_.send(reply, *text);
}

// RFC 3261 §8.2.7: "Stateless UASs are needed primarily to handle unauthenticated requests that require a
// challenge for a response." Whoever floods us with them finds nothing here to fill up. §8.2: authentication
// is the first thing to be looked at; what else is wrong is told to whom has authenticated.
Refusal Core::challenge_of_register(const Flow& flow, const sip::Message& request) {
  if (!authentication_->misses_credentials(request, flow)) return {};
  if (!request.version_is_2_0() || request.defect()) return {};
  const auto uri = sip::Uri::parse(request.request_uri(), options_.limits);
  if (!uri) return {};
  const RouteDecision decision = routing_.decide(request, *uri, flow);
  const bool arrived = !decision.refusal && decision.request_uri.empty() && decision.next_route.empty();
  if (!arrived || decision.down || !targets_.is_for_us(request, *uri, flow)) return {};
  return authentication_->challenge_for_us(timers_.now());
}

std::string Core::retry_after() const {
  std::string fields;
  sip::FieldWriter(fields).field("Retry-After", {std::to_string(overload_.retry_after(random_()).count())});
  return fields;
}

// RFC 7339 §5.10.2, with its reason against Retry-After (RFC 3261 §21.5.4): a proxy that gets it sends us
// nothing at all for so long. A UA that registers is told when to come again; behind an edge it is not.
bool Core::turns_away(const Flow& flow, const sip::Message& request, const sip::Via& via,
                      const TransactionKey& key) {
  const bool registers = request.method() == Method::register_;
  const bool registered = registers && targets_.registered_over(flow, timers_.now());
  const Admission admission = admission_of(request, registered, options_.limits);
  if (!overload_.refuses(admission, random_())) return false;
  const std::string fields = registers && is_first_hop(request) ? retry_after() : std::string{};
  answer_statelessly(flow, request, via, key, 503, fields);
  return true;
}

// §9.2, §16.10.
void Core::receive_cancel(ServerTransaction& server, const sip::Message& request,
                          const TransactionKey& invite) {
  RequestParts parts;
  if (const Refusal refusal = validate(request, options_.limits, true, parts)) {
    return server.respond(refusal.status, refusal.reason, refusal.fields);
  }
  ServerTransaction* pending = transactions_.find_server(invite);
  if (pending == nullptr) return server.respond(481);
  // §9.2: "the To tag of the response to the CANCEL and the To tag in the response to the original request
  // SHOULD be the same."
  server.answers_as(pending->key());
  server.respond(200);
  if (pending->user() != nullptr) pending->user()->cancelled(*pending, reason_of(request));
}

}  // namespace flowgate::proxy
