#include "proxy/target_branch.h"

#include <utility>

#include "proxy/next_hops.h"
#include "proxy/response_context.h"

namespace flowgate::proxy {

TargetBranch::TargetBranch(ResponseContext& context, registrar::Target target, std::uint32_t breadth)
    : context_(context),
      target_(std::move(target)),
      timer_c_(this,
               [](void* self) {
                 auto& branch = *static_cast<TargetBranch*>(self);
                 branch.context_.timer_c(branch);
               }),
      silence_(this,
               [](void* self) {
                 auto& branch = *static_cast<TargetBranch*>(self);
                 branch.context_.silent(branch);
               }),
      breadth_(breadth) {}

void TargetBranch::start() {
  ServerTransaction& server = *context_.server();
  if (target_.by_flow) return start_down_flow();
  std::string next_hop;
  static_cast<void>(plan_for(target_, context_.decision(), server.request(), next_hop));
  const std::size_t octets = server.request().text().size() + kForwardingOctets;
  const bool loopback = target_.configured || server.flow().remote.is_loopback();
  find_next_hops(context_.parts(), next_hop, loopback, octets,
                 [this, context = context_.shared_from_this()](std::vector<NextHop> hops) {
                   // A binding is where its own record says.
                   const auto peer = target_.aor.empty() ? context->decision().peer : std::nullopt;
                   hops_ = peer ? hops_of_peer(hops, *peer) : std::move(hops);
                   if (peer && hops_.empty() && wanted()) return send(*peer);
                   connect();
                 });
}

// RFC 5626 §5.3: a UA is reached down its flow, or not at all.
void TargetBranch::start_down_flow() {
  CoreParts& parts = context_.parts();
  const Instant now = parts.transactions.timers().now();
  parts.ua_flows.is_gone(target_.flow, now) ? context_.unreachable(*this) : send(target_.flow);
}

// RFC 3263 §4.3: to the first of its next hops that can be reached, the others being left for when that
// fails.
void TargetBranch::connect() {
  if (!wanted()) return;
  if (hop_ == hops_.size()) return context_.unreachable(*this);
  context_.parts().network.connect(
      hops_[hop_], [this, context = context_.shared_from_this()](boost::system::result<Flow> flow) {
        if (!wanted()) return;
        if (flow) return send(*flow);
        if (!try_next_hop()) context->unreachable(*this);
      });
}

// §4.3: a failure is a transport error, a timeout or a 503.
bool TargetBranch::try_next_hop() {
  if (hop_ == hops_.size()) return false;
  context_.parts().resolver.failed(hops_[hop_]);
  if (++hop_ == hops_.size() || !context_.may_branch()) return false;
  transaction_ = nullptr;
  connect();
  return true;
}

// RFC 3261 §18: connections stay open for the next request, and whoever accepted one may have closed it, or
// lost its power, since the last. What nobody answered over it is sent over another, as if there had been
// none.
bool TargetBranch::try_new_connection() {
  if (hop_ == hops_.size() || !is_stream(hops_[hop_].protocol) || heard_ || !context_.may_branch())
    return false;
  if (std::exchange(reconnected_, true)) return false;
  transaction_ = nullptr;
  connect();
  return true;
}

bool TargetBranch::try_request_uri() {
  if (!target_.by_flow || !target_.or_by_uri || !context_.may_branch()) return false;
  target_.by_flow = false;
  transaction_ = nullptr;
  start();
  return true;
}

void TargetBranch::send(const Flow& flow) {
  CoreParts& parts = context_.parts();
  ServerTransaction& server = *context_.server();
  const sip::Message& request = server.request();
  std::string next_hop, text;
  ForwardPlan plan = plan_for(target_, context_.decision(), request, next_hop);
  plan.max_breadth = breadth_;
  const Branch id = parts.forwarder.make_branch(request);
  parts.forwarder.request(request, server.flow(), flow, plan, id, text);
  if (!is_stream(flow.protocol) && text.size() > max_datagram_octets) return context_.too_large(*this);
  ClientTransaction& transaction = parts.transactions.make_client(id, request.method(), flow, std::move(text),
                                                                  context_.shared_from_this());
  transaction_ = &transaction;
  if (!transaction.start()) {
    transaction_ = nullptr;
    if (!try_next_hop() && !try_request_uri()) context_.unreachable(*this);
    return;
  }
  if (context_.is_invite()) restart_timer_c();
  if (target_.outbound && context_.has_next_flow(target_)) {
    parts.transactions.timers().set(silence_, parts.transactions.settings().branch_timeout);
  }
}

void TargetBranch::heard(int status) {
  heard_ = true;
  if (status > 100 || context_.is_invite() || target_.path.empty()) silence_.cancel();
}

void TargetBranch::restart_timer_c() {
  Transactions& transactions = context_.parts().transactions;
  transactions.timers().set(timer_c_, transactions.settings().timer_c);
}

void TargetBranch::cancel(std::string_view reason) {
  silence_.cancel();
  hop_ = hops_.size();  // RFC 3261 §16.8, §16.10: what is cancelled is tried nowhere else
  if (transaction_ == nullptr) {
    pending_ = false;  // still looking for a flow, if it is not over
  } else {
    transaction_->cancel(reason);
  }
}

void TargetBranch::end() {
  pending_ = false;
  timer_c_.cancel();
  silence_.cancel();
}

bool TargetBranch::wanted() const {
  return pending_ && !context_.answered();
}

}  // namespace flowgate::proxy
