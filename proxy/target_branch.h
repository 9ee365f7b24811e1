// One branch of a response context: a target, the next hops that lead there, and the client transaction that
// is tried on one of them after the other (RFC 3261 §16.6, RFC 3263 §4.3).
#pragma once

#include <vector>

#include "proxy/client_transaction.h"
#include "proxy/core_parts.h"

namespace flowgate::proxy {

class ResponseContext;

class TargetBranch {
 public:
  // Lives as long as its context.
  TargetBranch(ResponseContext& context, registrar::Target target, std::uint32_t breadth);

  const registrar::Target& target() const { return target_; }
  const ClientTransaction* transaction() const { return transaction_; }
  // No final response yet.
  bool pending() const { return pending_; }
  // Its share of the request's Max-Breadth (RFC 5393 §5.3.3).
  std::uint32_t breadth() const { return breadth_; }

  // Sends the request, now or when a next hop is found. The context hears of it by unreachable() when there
  // is none.
  void start();
  // The next hop has failed: true when another one is tried now.
  bool try_next_hop();
  // The connection that it was sent over is broken: true when another one is opened to the same next hop now.
  bool try_new_connection();
  // Its flow is gone: true when the Request-URI says where else the UA is, and that is tried now.
  bool try_request_uri();
  // A response came: the flow lives. But the 100 to a non-INVITE is not its UA's (RFC 4320 §4.1): behind a
  // Path it says that the edge is there. That to an INVITE may well stand for the UA's own, which went no
  // further.
  void heard(int status);
  // With each provisional response but 100 (§16.7 (2)).
  void restart_timer_c();
  // Nobody waits for its answer any more: a CANCEL goes out when there is something to cancel, with that
  // Reason (RFC 3326), or without any.
  void cancel(std::string_view reason);
  // It has its final response, or will have none.
  void end();
  // Its client transaction is over.
  void forget_transaction() { transaction_ = nullptr; }

 private:
  void start_down_flow();
  void connect();
  void send(const Flow& flow);
  bool wanted() const;

  ResponseContext& context_;
  registrar::Target target_;
  ClientTransaction* transaction_ = nullptr;
  std::vector<NextHop> hops_;  // of a target that is not a flow
  std::size_t hop_ = 0;        // the one that is being tried
  Timer timer_c_;
  Timer silence_;  // runs until a first response while another flow of the instance is left
  bool pending_ = true;
  bool heard_ = false;        // something came back
  bool reconnected_ = false;  // once is enough: what breaks twice is not an old connection
  std::uint32_t breadth_;
};

}  // namespace flowgate::proxy
