#include "sim/one_final_response.h"

#include <algorithm>

namespace flowgate::sim {

void OneFinalResponse::arriving(const Flow& flow, const Packet& packet) {
  if (!packet.is_request() || packet.method() == "ACK") return;
  servers_.try_emplace(transaction_name(packet.top_branch(), packet.method()),
                       Server{packet, flow, false, 0, {}});
}

void OneFinalResponse::sent(const Flow& flow, const Packet& packet, bool gone) {
  if (packet.is_request()) return;
  const auto found = servers_.find(transaction_name(packet.top_branch(), packet.method()));
  if (found == servers_.end())
    return verdict_.fail(name, "a response to no request: " + std::string(packet.start_line()));
  Server& server = found->second;
  server.gone = server.gone || gone;
  if (flow != server.flow && !is_way_back(server, flow)) {
    return verdict_.fail(
        name, "a request came over " + server.flow.text() + ", its response went to " + flow.text());
  }
  if (!packet.is_final()) return;
  if (server.status == 0) {
    server.status = packet.status();
    server.final_response = packet.text();
    return;
  }
  // RFC 3261 §16.7 (5): "After a final response has been sent on the server transaction, the following
  // responses MUST be forwarded immediately: - Any 2xx response to an INVITE request".
  const bool one_more_success = server.request.method() == "INVITE" && packet.status() < 300;
  if (one_more_success || packet.text() == server.final_response) return;
  verdict_.fail(name, "two final responses, " + std::to_string(server.status) + " and " +
                          std::to_string(packet.status()) + ", to " +
                          std::string(server.request.start_line()));
}

// RFC 3261 §18.2.2: when the connection of the request is gone, a new one to the port of its sent-by.
bool OneFinalResponse::is_way_back(const Server& server, const Flow& flow) const {
  std::string_view via = server.request.header("Via");
  via = via.substr(0, via.find(';'));
  return server.gone && flow.protocol == server.flow.protocol &&
         flow.remote.same_address(server.flow.remote) && via.ends_with(" " + flow.remote.text());
}

// RFC 4320 §4.2: "a transaction stateful SIP element MUST NOT send a response with Status-Code of 408 to a
// non-INVITE request": when nobody downstream says anything, nor does the host.
bool OneFinalResponse::may_stay_silent(const Server& server) const {
  const Packet& request = server.request;
  if (request.method() == "INVITE") return false;
  const Parent* const parent = forwarding_.find(request.top_branch(), request.method());
  return parent != nullptr && !parent->attempts.empty() &&
         std::ranges::any_of(parent->attempts, [](const Attempt* attempt) {
           const bool broke = attempt->gone && *attempt->gone < attempt->at + timer_f;
           return !broke && attempt->final_status == 0;
         });
}

void OneFinalResponse::finish() {
  for (const auto& [key, server] : servers_) {
    if (server.status == 0 && !may_stay_silent(server))
      return verdict_.fail(name, "no final response to " + std::string(server.request.start_line()) + " [" +
                                     std::string(server.request.header("Call-ID")) + "]");
  }
}

}  // namespace flowgate::sim
