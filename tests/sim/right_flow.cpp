#include "sim/right_flow.h"

#include <algorithm>

namespace flowgate::sim {

void RightFlow::sent(const Flow& flow, const Packet& packet, bool) {
  if (packet.is_request()) return check_request(flow, packet);
  // RFC 5626 §5.3 has a 403 for a token that has been tampered with; nobody does that here.
  if (packet.status() == 403)
    verdict_.fail(name, "a token is not believed: 403 to " + std::string(packet.header("CSeq")) + " of " +
                            std::string(packet.header("Call-ID")));
}

void RightFlow::check_request(const Flow& flow, const Packet& packet) {
  const Attempt* const attempt = forwarding_.attempt();
  if (attempt == nullptr)
    return verdict_.fail(name, "a request out of nowhere: " + std::string(packet.start_line()));
  if (!packet.is_well_formed()) return verdict_.fail(name, "not a SIP message:\n" + packet.text());
  if (flow != attempt->to) {
    return verdict_.fail(name, std::string(packet.start_line()) + " went to " + flow.text() +
                                   ", its transaction's flow is " + attempt->to.text());
  }
  if (!forwarding_.is_first_sending()) return;
  learn(*attempt, packet);
  if (!is_right(*attempt)) {
    verdict_.fail(name, std::string(attempt->parent->request.start_line()) + " went to " + flow.text());
  }
}

// RFC 5626 §5.3: the Record-Route of the side that the request goes to stands in front of that of the side
// that it came from.
void RightFlow::learn(const Attempt& attempt, const Packet& packet) {
  const auto before = attempt.parent->request.all("Record-Route").size();
  const auto now = packet.all("Record-Route");
  if (now.size() > before) learn(now[0], attempt.to);
  if (now.size() > before + 1) learn(now[1], attempt.parent->from);
}

void RightFlow::learn(std::string_view record_route, const Flow& flow) {
  const std::string_view token = user_in(uri_in(record_route));
  if (token.empty()) return;
  const auto [entry, fresh] = flow_of_token_.try_emplace(std::string(token), flow);
  if (entry->second != flow)
    verdict_.fail(name, "one token for " + entry->second.text() + " and " + flow.text());
}

RightFlow::Named RightFlow::named_by(const Parent& parent) const {
  Named named;
  unsigned tokens = 0;
  for (const std::string_view route : parent.request.all("Route")) {
    const std::string_view token = user_in(uri_in(route));
    if (token.empty()) continue;
    const auto known = flow_of_token_.find(token);
    if (known == flow_of_token_.end()) return {nullptr, true};
    named.flow = &known->second;
    ++tokens;
  }
  // RFC 5626 §5.3: a single token of the very flow that the request came over: the UA sends it out.
  if (tokens == 1 && *named.flow == parent.from) named.flow = nullptr;
  return named;
}

bool RightFlow::is_right(const Attempt& attempt) const {
  const Parent& parent = *attempt.parent;
  const Named named = named_by(parent);
  if (named.unknown_token) return false;
  const std::string_view uri = parent.request.uri();
  const bool to_binding = std::ranges::any_of(
      parent.bindings, [&](const KnownBinding& binding) { return binding.leads_to(attempt.to); });
  if (named.flow) return *named.flow == attempt.to || (KnownBindings::is_gruu(uri) && to_binding);
  return KnownBindings::is_located(uri) ? to_binding : host_port_in(uri) == attempt.to.remote.text();
}

void RightFlow::handled(const Flow&, const Packet& packet) {
  const Parent* const parent = forwarding_.fresh_parent();
  if (parent == nullptr || !packet.is_request() || packet.method() == "CANCEL") return;
  const Named named = named_by(*parent);
  if (named.flow == nullptr || closed_.contains(*named.flow) || !parent->attempts.empty()) return;
  verdict_.fail(name,
                std::string(packet.start_line()) + " went nowhere, its token names " + named.flow->text());
}

void RightFlow::edge_crashed() {
  for (const auto& [token, flow] : flow_of_token_) {
    if (is_stream(flow.protocol)) closed_.insert(flow);
  }
}

}  // namespace flowgate::sim
