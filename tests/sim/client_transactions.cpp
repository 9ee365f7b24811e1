#include "sim/client_transactions.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "sim/forwarding.h"

namespace flowgate::sim {
namespace {

constexpr Duration t1 = std::chrono::milliseconds{500}, t2 = std::chrono::seconds{4}, timeout = 64 * t1;

}  // namespace

std::string write_like(const Packet& invite, std::string_view method, std::string_view to) {
  const auto line = [](std::string_view name, std::string_view value) {
    return std::string(name) + ": " + std::string(value);
  };
  const std::string name(method);
  Lines lines = {line("Via", invite.header("Via")), "Max-Forwards: 70"};
  for (const std::string_view route : invite.all("Route")) lines.push_back(line("Route", route));
  lines.insert(lines.end(), {line("From", invite.header("From")), line("To", to),
                             line("Call-ID", invite.header("Call-ID")),
                             "CSeq: " + std::to_string(number_in(invite.header("CSeq"))) + " " + name});
  return write_message(name + " " + std::string(invite.uri()) + " SIP/2.0", lines);
}

void ClientTransactions::start(UaFlow& flow, const std::string& text, User user) {
  auto client = std::make_unique<Client>(agenda_, flow, text);
  client->user = std::move(user);
  const std::string name = transaction_name(client->request.top_branch(), client->request.method());
  client->interval = t1;
  if (!flow.is_stream()) client->retransmit.set(t1, [this, it = client.get()] { retransmit(*it); });
  client->stay.set(timeout, [this, name] { fail(name); });
  clients_[name] = std::move(client);
  flow.send(text);
}

void ClientTransactions::retransmit(Client& client) {
  client.interval = client.is_invite() ? 2 * client.interval : std::min(2 * client.interval, t2);
  if (!client.is_invite() && client.status != 0) client.interval = t2;
  client.retransmit.set(client.interval, [this, it = &client] { retransmit(*it); });
  client.flow->send(client.request.text());
}

void ClientTransactions::receive(const Packet& response) {
  const std::string name = transaction_name(response.top_branch(), response.method());
  const auto found = clients_.find(name);
  if (found == clients_.end()) return;
  Client& client = *found->second;
  if (client.status >= 300) {
    if (client.is_invite() && response.status() >= 300) client.flow->send(client.ack);
    return;
  }
  // RFC 6026 §7.2: each 2xx goes to the user; nothing else does behind one.
  if (client.status >= 200 && (!client.is_invite() || response.status() < 200 || response.status() >= 300))
    return;
  const bool first_final = client.status < 200 && response.is_final();
  client.status = response.status();
  if (client.is_invite()) client.retransmit.cancel();
  if (client.is_invite() && response.status() < 200 && !client.hurried) client.stay.cancel();
  if (first_final) {
    client.retransmit.cancel();
    client.stay.set(timeout, [this, name] { end(name); });
    if (client.is_invite() && response.status() >= 300) {
      client.ack = write_like(client.request, "ACK", response.header("To"));
      client.flow->send(client.ack);
    }
  }
  // A copy: what the user does may end the transaction.
  const auto tell = client.user.response;
  tell(response);
}

void ClientTransactions::hurry(const Packet& request, Duration patience) {
  const std::string name = transaction_name(request.top_branch(), request.method());
  const auto found = clients_.find(name);
  if (found == clients_.end() || found->second->status >= 200) return;
  found->second->hurried = true;
  found->second->stay.set(patience, [this, name] { fail(name); });
}

void ClientTransactions::end(const std::string& name) {
  clients_.extract(name);
}

void ClientTransactions::fail(const std::string& name) {
  const auto client = clients_.extract(name);
  if (!client.empty() && client.mapped()->status < 200) client.mapped()->user.failure();
}

void ClientTransactions::flow_failed(const UaFlow& flow) {
  std::vector<std::string> lost;
  for (const auto& [name, client] : clients_) {
    if (client->flow == &flow) lost.push_back(name);
  }
  for (const std::string& name : lost) fail(name);
}

}  // namespace flowgate::sim
