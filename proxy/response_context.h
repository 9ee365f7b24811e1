// The response context: RFC 3261 §16.6 to §16.10. One server transaction above, a branch with a client
// transaction for each target below, and the rules that make of many responses one.
#pragma once

#include <memory>
#include <vector>

#include "proxy/best_response.h"
#include "proxy/client_transaction.h"
#include "proxy/core_parts.h"
#include "proxy/routing.h"
#include "proxy/server_transaction.h"
#include "proxy/target_branch.h"
#include "proxy/target_set.h"

namespace flowgate::proxy {

// Lives as long as one of its client transactions, a lookup under way or the server transaction holds it.
class ResponseContext final : public ServerUser,
                              public ClientUser,
                              public std::enable_shared_from_this<ResponseContext> {
 public:
  // `decision`: what to do with the Route set; its `down` and `next_route` are the caller's to turn into
  // targets.
  ResponseContext(CoreParts& parts, ServerTransaction& server, const RouteDecision& decision);
  ~ResponseContext() override;

  // Ties itself to the server transaction. Call once, before anything else.
  void begin();
  // The targets are known: tries them. `located`: they come from the location service, so that their failure
  // means that the user cannot be reached.
  void fork(std::vector<registrar::Target> targets, bool located);
  // There are none: answers.
  void refuse(int status, std::string_view reason = {});

  void cancelled(ServerTransaction& transaction, std::string_view reason) override;
  void terminated(ServerTransaction& transaction) override;
  void received(ClientTransaction& transaction, const sip::Message& response) override;
  void timed_out(ClientTransaction& transaction) override;
  void transport_failed(ClientTransaction& transaction) override;
  void terminated(ClientTransaction& transaction) override;

  // For its branches.
  CoreParts& parts() { return parts_; }
  const RouteDecision& decision() const { return decision_; }
  ServerTransaction* server() const { return server_; }  // none: it is over
  bool is_invite() const { return invite_; }
  // Nobody waits for a final response any more.
  bool answered() const { return final_sent_ || server_ == nullptr; }
  // May something else be tried, after a failure?
  bool may_branch() const { return !cancelled_ && !six_hundred_ && !answered(); }
  bool has_next_flow(const registrar::Target& target) const { return waiting_.has_next_flow(target); }
  // What a branch tells: no flow and no next hop takes the request; it is too
  // large for a datagram; Timer C; the flow gives no sign of life.
  void unreachable(TargetBranch& branch);
  void too_large(TargetBranch& branch);
  void timer_c(TargetBranch& branch);
  void silent(TargetBranch& branch);

 private:
  void start(std::vector<registrar::Target> targets);
  std::uint32_t share_breadth(std::vector<registrar::Target>& targets);
  void provisional(TargetBranch& branch, const sip::Message& response);
  void success(TargetBranch& branch, const sip::Message& response);
  // The flow, not the UA behind it, has failed: true when another flow of the instance is tried now.
  bool try_next_flow(TargetBranch& branch);
  std::string forwarded_success(const TargetBranch& branch, const sip::Message& response);
  void refused(TargetBranch& branch, const sip::Message& response);
  void end(TargetBranch& branch);
  void finish_if_done();
  void send_best();
  void cancel_pending(std::string_view reason);
  TargetBranch* find(const ClientTransaction& transaction);

  CoreParts& parts_;
  ServerTransaction* server_;  // until it terminates
  std::shared_ptr<ResponseContext> held_by_server_;
  RouteDecision decision_;
  TargetSet waiting_;
  std::vector<std::unique_ptr<TargetBranch>> branches_;
  BestResponse best_;
  Flow best_from_;         // that its message came over
  std::uint32_t breadth_;  // RFC 5393 §5.3: how many branches there may be at a time, here and from here on
  bool invite_;
  bool located_ = false;
  bool cancelled_ = false;
  bool final_sent_ = false;
  bool starting_ = false;
  bool six_hundred_ = false;  // §16.7 (5): a 6xx came, no new branches
};

}  // namespace flowgate::proxy
