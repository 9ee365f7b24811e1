#include "sim/right_flow.h"

#include <algorithm>

#include "sim/internet.h"

namespace flowgate::sim {

void RightFlow::sent(const Flow& flow, const Packet& packet, bool) {
  if (packet.is_request()) return check_request(flow, packet);
  if (packet.status() == 403) check_refusal(packet);
}

// RFC 5626 §5.3 has a 403 for a token that has been tampered with; nobody does that here. But who sends a
// request by another way than its Route set says, over a flow that nobody knows, may be taken for a stranger.
void RightFlow::check_refusal(const Packet& response) {
  const Parent* const parent = forwarding_.find(response.top_branch(), response.method());
  if (parent == nullptr) return;
  const bool passed_on = std::ranges::any_of(
      parent->attempts, [](const Attempt* attempt) { return attempt->final_status == 403; });
  const std::string_view route = uri_in(parent->request.header("Route"));
  const bool stray = !route.empty() && !is_ours(route);
  if (passed_on || (stray && response.start_line().find("Relay") != std::string_view::npos)) return;
  verdict_.fail(name, "refused: 403 to " + std::string(response.header("CSeq")) + " of " +
                          std::string(response.header("Call-ID")));
}

bool RightFlow::is_ours(std::string_view uri) const {
  return endpoint(host_port_in(uri)).same_address(vantage_.address);
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
    std::string what{attempt->parent->request.start_line()};
    for (const std::string_view route : attempt->parent->request.all("Route")) (what += "\nRoute: ") += route;
    verdict_.fail(name, what + "\ncame from " + attempt->parent->from.text() + " and went to " + flow.text());
  }
}

// RFC 5626 §5.3: the Record-Route of the side that the request goes to stands in front of that of the side
// that it came from. §5.1: a Path names the flow of the REGISTER.
void RightFlow::learn(const Attempt& attempt, const Packet& packet) {
  const Packet& request = attempt.parent->request;
  const auto before = request.all("Record-Route").size();
  const auto now = packet.all("Record-Route");
  if (now.size() > before) learn(now[0], attempt.to);
  if (now.size() > before + 1) learn(now[1], attempt.parent->from);
  const auto path = packet.all("Path");
  if (path.size() > request.all("Path").size()) learn(path[0], attempt.parent->from);
}

void RightFlow::learn(std::string_view own, const Flow& flow) {
  const std::string_view token = user_in(uri_in(own));
  if (token.empty()) return;
  const auto [entry, fresh] = flow_of_token_.try_emplace(std::string(token), flow);
  if (entry->second != flow)
    verdict_.fail(name, "one token for " + entry->second.text() + " and " + flow.text());
}

RightFlow::Named RightFlow::named_by(const Parent& parent) const {
  Named named;
  unsigned tokens = 0;
  for (const std::string_view route : parent.request.all("Route")) {
    const std::string_view uri = uri_in(route);
    if (!is_ours(uri)) {
      named.next = host_port_in(uri);
      break;
    }
    const std::string_view token = user_in(uri);
    // The far side has none: no phone is there.
    named.flow = nullptr;
    if (token.empty()) continue;
    const auto known = flow_of_token_.find(token);
    if (known == flow_of_token_.end()) return {nullptr, {}, true};
    named.flow = &known->second;
    ++tokens;
  }
  // RFC 5626 §5.3: a single token of the very flow that the request came over: the UA sends it out.
  if (tokens == 1 && named.flow && *named.flow == parent.from) named.flow = nullptr;
  // At the end of that flow is a proxy with a Route value of its own.
  const bool to_proxy =
      named.flow && !named.next.empty() && endpoint(named.next).same_address(named.flow->remote);
  if (to_proxy) named.flow = nullptr;
  return named;
}

bool RightFlow::is_right(const Attempt& attempt) const {
  const Parent& parent = *attempt.parent;
  const Named named = named_by(parent);
  if (named.unknown_token) return false;
  const std::string_view uri = parent.request.uri();
  const bool to_binding = attempt.binding.has_value();
  if (to_binding && KnownBindings::is_gruu(uri)) return true;
  if (named.flow) return *named.flow == attempt.to;
  const std::string remote = attempt.to.remote.text();
  if (!named.next.empty()) return remote == named.next || remote == vantage_.next_hop;
  if (!vantage_.next_hop.empty()) return remote == vantage_.next_hop;
  return KnownBindings::is_located(uri) ? to_binding : remote == host_port_in(uri);
}

void RightFlow::handled(const Flow&, const Packet& packet) {
  const Parent* const parent = forwarding_.fresh_parent();
  if (parent == nullptr || !packet.is_request() || packet.method() == "CANCEL") return;
  // RFC 3261 §17.1.1.3: the ACK for a non-2xx has the branch of its INVITE, and ends here.
  if (packet.method() == "ACK" && forwarding_.find(packet.top_branch(), "INVITE") != nullptr) return;
  const Named named = named_by(*parent);
  const bool sent_on = !parent->attempts.empty() || forwarding_.is_connecting();
  if (named.flow == nullptr || closed_.contains(*named.flow) || sent_on) return;
  verdict_.fail(name,
                std::string(packet.start_line()) + " went nowhere, its token names " + named.flow->text());
}

void RightFlow::host_crashed() {
  for (const auto& [token, flow] : flow_of_token_) {
    if (is_stream(flow.protocol)) closed_.insert(flow);
  }
}

}  // namespace flowgate::sim
