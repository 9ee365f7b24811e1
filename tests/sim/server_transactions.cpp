#include "sim/server_transactions.h"

#include <algorithm>

#include "sim/forwarding.h"

namespace flowgate::sim {
namespace {

constexpr Duration t1 = std::chrono::milliseconds{500}, t2 = std::chrono::seconds{4}, timeout = 64 * t1;

}  // namespace

std::string_view reason_of(int status) {
  switch (status) {
    case 100:
      return "Trying";
    case 180:
      return "Ringing";
    case 200:
      return "OK";
    case 302:
      return "Moved Temporarily";
    case 480:
      return "Temporarily Unavailable";
    case 481:
      return "Call/Transaction Does Not Exist";
    case 482:
      return "Merged Request";
    case 486:
      return "Busy Here";
    case 487:
      return "Request Terminated";
    case 603:
      return "Decline";
    default:
      return "Status";
  }
}

bool ServerTransactions::receive(UaFlow& flow, const Packet& request) {
  const std::string name = transaction_name(request.top_branch(), request.method());
  const auto [entry, fresh] = servers_.try_emplace(name);
  if (fresh) {
    entry->second = std::make_unique<Server>(agenda_, flow, request);
    return true;
  }
  if (!entry->second->response.empty()) flow.send(entry->second->response);
  return false;
}

void ServerTransactions::respond(const Packet& request, int status, std::string_view to_tag,
                                 const Lines& lines) {
  const std::string name = transaction_name(request.top_branch(), request.method());
  const auto found = servers_.find(name);
  if (found == servers_.end() || found->second->status >= 200) return;
  Server& server = *found->second;
  Lines all;
  for (const std::string_view via : request.all("Via")) all.push_back("Via: " + std::string(via));
  for (const std::string_view route : request.all("Record-Route"))
    all.push_back("Record-Route: " + std::string(route));
  std::string to{request.header("To")};
  if (param_in(to, "tag").empty() && status > 100) (to += ";tag=") += to_tag;
  all.insert(all.end(), {"From: " + std::string(request.header("From")), "To: " + to,
                         "Call-ID: " + std::string(request.header("Call-ID")),
                         "CSeq: " + std::string(request.header("CSeq"))});
  all.insert(all.end(), lines.begin(), lines.end());
  server.status = status;
  server.response =
      write_message("SIP/2.0 " + std::to_string(status) + " " + std::string(reason_of(status)), all);
  server.flow->send(server.response);
  if (status < 200) return;
  server.stay.set(timeout, [this, name] { servers_.extract(name); });
  const bool repeats = request.method() == "INVITE" && (status < 300 || !server.flow->is_stream());
  server.interval = t1;
  if (repeats) server.retransmit.set(t1, [this, it = &server] { repeat(*it); });
}

void ServerTransactions::ignore(const Packet& request) {
  const std::string name = transaction_name(request.top_branch(), request.method());
  const auto found = servers_.find(name);
  if (found != servers_.end()) found->second->stay.set(2 * timeout, [this, name] { servers_.extract(name); });
}

void ServerTransactions::repeat(Server& server) {
  server.interval = std::min(2 * server.interval, t2);
  server.retransmit.set(server.interval, [this, it = &server] { repeat(*it); });
  server.flow->send(server.response);
}

void ServerTransactions::acknowledged(std::string_view branch) {
  const auto found = servers_.find(transaction_name(branch, "INVITE"));
  if (found != servers_.end()) found->second->retransmit.cancel();
}

const Packet* ServerTransactions::pending_invite(std::string_view branch) const {
  const auto found = servers_.find(transaction_name(branch, "INVITE"));
  return found != servers_.end() && found->second->status < 200 ? &found->second->request : nullptr;
}

void ServerTransactions::flow_failed(const UaFlow& flow) {
  std::erase_if(servers_, [&](const auto& entry) { return entry.second->flow == &flow; });
}

}  // namespace flowgate::sim
