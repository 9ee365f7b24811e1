// A UA's server transactions: RFC 3261 §17.2, with the UAS core's repetition of a 2xx until its ACK
// (§13.3.1.4).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "sim/ua_flow.h"

namespace flowgate::sim {

class ServerTransactions {
 public:
  explicit ServerTransactions(Agenda& agenda) : agenda_(agenda) {}

  // A request other than an ACK came. False: it came once more, and was answered as before.
  bool receive(UaFlow& flow, const Packet& request);
  // `to_tag` is put in when the request's To has none.
  void respond(const Packet& request, int status, std::string_view to_tag, const Lines& lines = {});
  // It is never answered.
  void ignore(const Packet& request);
  // The ACK for a final response to `invite`; nothing repeats it any more.
  void acknowledged(std::string_view branch);
  // The INVITE that a CANCEL is for (§9.2), unless it has a final response.
  const Packet* pending_invite(std::string_view branch) const;
  void flow_failed(const UaFlow& flow);
  void clear() { servers_.clear(); }
  std::size_t size() const { return servers_.size(); }

 private:
  struct Server {
    Server(Agenda& agenda, UaFlow& its_flow, const Packet& its_request)
        : flow(&its_flow), request(its_request), retransmit(agenda), stay(agenda) {}
    UaFlow* flow;
    Packet request;
    std::string response;
    int status = 0;
    Duration interval{};
    Alarm retransmit, stay;
  };
  void repeat(Server& server);

  Agenda& agenda_;
  std::map<std::string, std::unique_ptr<Server>, std::less<>> servers_;
};

std::string_view reason_of(int status);

}  // namespace flowgate::sim
