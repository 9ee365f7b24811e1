// A UA's client transactions: RFC 3261 §17.1 once more, plainly, so that the proxy's reading of it meets
// another.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "sim/ua_flow.h"

namespace flowgate::sim {

class ClientTransactions {
 public:
  struct User {
    std::function<void(const Packet&)> response;
    std::function<void()> failure;  // timed out, or the flow has failed; the last call
  };

  explicit ClientTransactions(Agenda& agenda) : agenda_(agenda) {}

  // `text`: the whole request, its branch one that was not used before (but for a CANCEL).
  void start(UaFlow& flow, const std::string& text, User user);
  void receive(const Packet& response);
  // Nobody waits longer than `patience` for its final response.
  void hurry(const Packet& request, Duration patience);
  void flow_failed(const UaFlow& flow);
  void clear() { clients_.clear(); }
  std::size_t size() const { return clients_.size(); }

 private:
  struct Client {
    Client(Agenda& agenda, UaFlow& its_flow, const std::string& text)
        : flow(&its_flow), request(text), retransmit(agenda), stay(agenda) {}
    UaFlow* flow;
    Packet request;
    User user;
    std::string ack;  // for a non-2xx
    int status = 0;
    bool hurried = false;
    Duration interval{};
    Alarm retransmit, stay;
    bool is_invite() const { return request.method() == "INVITE"; }
  };
  using Clients = std::map<std::string, std::unique_ptr<Client>, std::less<>>;

  void retransmit(Client& client);
  void end(const std::string& name);
  void fail(const std::string& name);

  Agenda& agenda_;
  Clients clients_;
};

// A CANCEL or the ACK for a non-2xx (RFC 3261 §9.1, §17.1.1.3); `to`: its To.
std::string write_like(const Packet& invite, std::string_view method, std::string_view to);

}  // namespace flowgate::sim
