#include "proxy/ack_forwarder.h"

#include <memory>
#include <utility>

#include "proxy/next_hops.h"
#include "proxy/target_set.h"

namespace flowgate::proxy {

void AckForwarder::forward(const Flow& source, const sip::Message& ack, const RouteDecision& decision,
                           std::vector<registrar::Target> targets) {
  TargetSet set;
  set.add(std::move(targets));
  for (registrar::Target& target : set.next_group()) towards(source, ack, decision, std::move(target));
}

void AckForwarder::towards(const Flow& source, const sip::Message& ack, const RouteDecision& decision,
                           registrar::Target target) {
  std::string next_hop;
  if (target.by_flow) {
    if (send(source, target.flow, ack, plan_for(target, decision, ack, next_hop)) || !target.or_by_uri)
      return;
    target.by_flow = false;
  }
  const ForwardPlan plan = plan_for(target, decision, ack, next_hop);
  const auto peer = target.aor.empty() ? decision.peer : std::nullopt;
  const auto kept = std::make_shared<sip::StoredMessage>(ack);
  const bool loopback = target.configured || source.remote.is_loopback();
  find_next_hops(parts_, next_hop, loopback, ack.text().size() + kForwardingOctets,
                 [this, source, kept, plan, peer](std::vector<NextHop> hops) {
                   if (peer) hops = hops_of_peer(hops, *peer);
                   if (peer && hops.empty()) {
                     send(source, *peer, kept->get(), plan);
                     return;
                   }
                   connect_first(parts_, std::move(hops),
                                 [this, source, kept, plan](boost::system::result<Flow> to) {
                                   if (to) send(source, *to, kept->get(), plan);
                                 });
                 });
}

bool AckForwarder::send(const Flow& source, const Flow& to, const sip::Message& ack,
                        const ForwardPlan& plan) {
  std::string text;
  parts_.forwarder.request(ack, source, to, plan, parts_.forwarder.make_branch(ack), text);
  return parts_.network.send(to, text);
}

}  // namespace flowgate::proxy
