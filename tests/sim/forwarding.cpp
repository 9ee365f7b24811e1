#include "sim/forwarding.h"

namespace flowgate::sim {

std::string transaction_name(std::string_view branch, std::string_view method) {
  return std::string(branch) + ' ' + std::string(method);
}

void Forwarding::arriving(const Flow& flow, const Packet& packet) {
  fresh_parent_ = nullptr;
  connecting_.clear();
  if (packet.is_request()) {
    auto& parent = parents_[transaction_name(packet.top_branch(), packet.method())];
    // The ACK for a 2xx is sent again as it was, but each time it finds its own way (RFC 3261 §13.2.2.4).
    if (parent && packet.method() == "ACK") parent->bindings = bindings_.of(packet.uri());
    if (parent) return;
    parent = std::make_unique<Parent>(Parent{packet, flow, agenda_.now(), {}, {}});
    if (KnownBindings::is_located(packet.uri())) parent->bindings = bindings_.of(packet.uri());
    fresh_parent_ = parent.get();
    return;
  }
  const auto found = attempts_.find(packet.top_branch());
  if (found == attempts_.end() || found->second->parent->request.method() != packet.method()) return;
  Attempt& attempt = *found->second;
  // RFC 4320 §4.1: the 100 to a non-INVITE is that of the edge, who may wait as well.
  const bool is_of_edge = packet.status() == 100 && packet.method() != "INVITE" && attempt.binding &&
                          !attempt.binding->path.empty();
  if (!attempt.heard && !is_of_edge) attempt.heard = agenda_.now();
  // RFC 3261 §17.1.2.2: behind Timer F nobody listens any more.
  const bool too_late = packet.method() != "INVITE" && agenda_.now() - attempt.at >= timer_f;
  if (packet.is_final() && attempt.final_status == 0 && !too_late) attempt.final_status = packet.status();
  const bool flow_gone = packet.status() == 430 || packet.status() == 410;
  if (flow_gone && attempt.binding) bindings_.doubt(*attempt.binding);
}

void Forwarding::sent(const Flow& flow, const Packet& packet, bool gone) {
  attempt_ = nullptr;
  first_sending_ = false;
  if (!packet.is_request()) return;
  const auto known = attempts_.find(packet.top_branch());
  if (known != attempts_.end()) {
    attempt_ = known->second.get();
    return;
  }
  const auto vias = packet.all("Via");
  if (vias.size() < 2) return;
  const auto parent = parents_.find(transaction_name(param_in(vias[1], "branch"), packet.method()));
  if (parent == parents_.end()) return;
  auto attempt = std::make_unique<Attempt>();
  attempt->parent = parent->second.get();
  attempt->to = flow;
  attempt->at = agenda_.now();
  if (gone) attempt->gone = agenda_.now();
  for (const KnownBinding& binding : parent->second->bindings) {
    if (binding.leads_to(flow, packet)) attempt->binding = binding;
  }
  parent->second->attempts.push_back(attempt.get());
  attempt_ = attempt.get();
  first_sending_ = true;
  attempts_[std::string(packet.top_branch())] = std::move(attempt);
}

void Forwarding::flow_closed(const Flow& flow) {
  for (const auto& [branch, attempt] : attempts_) {
    if (attempt->to == flow && !attempt->gone) attempt->gone = agenda_.now();
  }
}

void Forwarding::host_crashed() {
  attempts_.clear();
  parents_.clear();
}

const Parent* Forwarding::find(std::string_view branch, std::string_view method) const {
  const auto found = parents_.find(transaction_name(branch, method));
  return found == parents_.end() ? nullptr : found->second.get();
}

}  // namespace flowgate::sim
