// The core of one shard: messages and time go in, messages go out through Network. No sockets, no clock, no
// threads.
//
// One thread at a time. `now` never goes back. What comes in is handled at once, whole, before the call
// returns; what has to wait for an answer from elsewhere goes on when that comes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "flowtoken/token.h"
#include "proxy/ack_forwarder.h"
#include "proxy/authentication.h"
#include "proxy/core_parts.h"
#include "proxy/local_addresses.h"
#include "proxy/node.h"
#include "proxy/notifier.h"
#include "proxy/overload_control.h"
#include "proxy/refusal.h"
#include "proxy/response_context.h"
#include "proxy/roles.h"
#include "proxy/routing.h"
#include "proxy/settings.h"
#include "proxy/target_finder.h"
#include "proxy/timer_wheel.h"
#include "proxy/transactions.h"
#include "proxy/validation.h"
#include "registrar/registrar.h"

namespace flowgate::proxy {

class Core {
 public:
  using Random = std::function<std::uint64_t()>;

  struct Options {
    std::uint8_t shard = 0;
    Node node;
    Roles roles;
    Settings settings;
    sip::Limits limits;
    registrar::Options registrar;
    reg_event::Options reg_event;
    // Whose users have to authenticate; none: nobody has to. It outlives the core.
    digest::ProtectionSpace* protection_space = nullptr;
    OverloadOptions overload;
    // Of all shards; none: there is but this one. It outlives the core.
    InviteIndex* invites = nullptr;
  };

  // All references must outlive the core. `random`: unpredictable; from OpenSSL in production.
  Core(const Options& options, const LocalAddresses& local, const registrar::Domains& domains,
       registrar::LocationService& location, UaFlows& ua_flows, const TokenKeys& keys, Network& network,
       Resolver& resolver, const Random& random, Instant now);
  ~Core();

  // One whole message that came over `flow`. `text` may be changed.
  void receive(Instant now, const Flow& flow, std::span<char> text);
  // A stream flow is gone: its bindings go, what was sent over it and not answered fails.
  void flow_closed(Instant now, const Flow& flow);
  // A network error has come back for something that was sent over a UDP flow. When a request over it waits
  // for its response, the flow is gone; else nothing shows that the error is genuine.
  void flow_unreachable(Instant now, const Flow& flow);
  // A STUN request or a line end came over `flow`, and was answered (RFC 5626 §3.5).
  void keepalive(Instant now, const Flow& flow);
  // The location service has told its observer.
  void registration_changed(Instant now, std::string_view aor, registrar::Cause cause);
  // Need it be passed on to registration_changed()? From any thread.
  bool watches_registration(std::string_view aor) const { return notifier_.watches(aor); }
  // More comes in than is handled: transport::Receiver::behind().
  void behind(unsigned percent) { overload_.behind(percent); }
  const OverloadControl& overload() const { return overload_; }
  // Time has come to next_deadline().
  void advance(Instant now);
  std::optional<Instant> next_deadline() const { return timers_.next(); }

  // Transactions that are alive; 0 when traffic has stopped and all timers have run out.
  std::size_t transactions() const { return transactions_.size(); }
  std::size_t transaction_octets() const { return transactions_.octets(); }
  std::size_t subscriptions() const { return notifier_.subscriptions(); }
  // Requests that came, and responses that they got from here. Repetitions do not count, as far as they are
  // known: each ACK does, and all that is answered without a transaction.
  const Traffic& traffic() const { return transactions_.traffic(); }

 private:
  class Entry;

  registrar::Options registrar_options();
  void receive_request(const Flow& flow, const sip::Message& message);
  void receive_response(const Flow& flow, const sip::Message& message);
  void receive_ack(const Flow& flow, const sip::Message& request, const sip::Via& via);
  void receive_cancel(ServerTransaction& server, const sip::Message& request, const TransactionKey& invite);
  void answer_statelessly(const Flow& flow, const sip::Message& request, const sip::Via& via,
                          const TransactionKey& key, int status, std::string_view fields,
                          std::chrono::seconds keep = {});
  // As a whole line.
  std::string retry_after() const;
  bool turns_away(const Flow& flow, const sip::Message& request, const sip::Via& via,
                  const TransactionKey& key);
  Refusal challenge_of_register(const Flow& flow, const sip::Message& request);
  // `request`: as it came, as long as receive() lasts.
  void handle(ServerTransaction& server, const sip::Message& request);
  void answer(ServerTransaction& server, const sip::Message& request, const RequestParts& parts,
              bool subscribes);
  Refusal check_uas(ServerTransaction& server, const sip::Message& request, const RequestParts& parts);
  void handle_register(ServerTransaction& server, const sip::Message& request, const RequestParts& parts);
  void watch(const Flow& flow, Dialect dialect, std::chrono::seconds promised);
  void answer_options(ServerTransaction& server);
  void refuse_method(ServerTransaction& server, bool gruu);
  Refusal validate_request(const sip::Message& request, RequestParts& parts) const;
  RouteDecision route(const sip::Message& request, const Flow& flow, RequestParts& parts);
  Refusal check_forwarding(const sip::Message& request) const;
  void proxy(ServerTransaction& server, const sip::Message& request, const sip::Uri& uri,
             RouteDecision& decision);
  bool authenticate(ServerTransaction& server, const sip::Message& request, RouteDecision& decision);

  Options options_;
  const LocalAddresses& local_;
  registrar::LocationService& location_;
  UaFlows& ua_flows_;
  Network& network_;
  const Random random_;
  OverloadControl overload_;
  FlowTokens tokens_;       // of this node
  FlowTokens edge_tokens_;  // of the edges before the registrar
  TimerWheel timers_;
  Transactions transactions_;
  registrar::Registrar registrar_;
  Routing routing_;
  Forwarder forwarder_;
  CoreParts parts_;
  TargetFinder targets_;
  AckForwarder acks_;
  registrar::EncryptedGruus event_gruus_;
  Notifier notifier_;
  std::optional<Authentication> authentication_;
  unsigned entries_ = 0;
};

}  // namespace flowgate::proxy
