// What a UA asks of others: INVITE (RFC 3261 §13.2), MESSAGE, OPTIONS.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "sim/dialogs.h"

namespace flowgate::sim {

class CallsOut {
 public:
  CallsOut(Agenda& agenda, UserAgent& agent, Random random)
      : agenda_(agenda), agent_(agent), random_(random) {}

  void invite(UaFlow& flow, const std::string& uri);
  // A request of its own; the outcome does not matter.
  void ask(UaFlow& flow, std::string_view method, const std::string& uri);
  void clear() { calls_.clear(); }
  std::size_t size() const { return calls_.size(); }

 private:
  struct Call {
    Call(Agenda& agenda, UaFlow& its_flow, const std::string& text)
        : flow(&its_flow), invite(text), give_up(agenda) {}
    UaFlow* flow;
    Packet invite;
    bool heard = false, unwanted = false, cancelled = false;
    std::map<std::string, std::string, std::less<>> acks;  // by To tag
    Alarm give_up;
  };
  Lines lines_to(const std::string& uri, std::string_view method, const std::string& call_id);
  void answered(const std::string& call_id, const Packet& response);
  void accepted(Call& call, const Packet& response);
  void cancel(Call& call);

  Agenda& agenda_;
  UserAgent& agent_;
  Random random_;
  std::map<std::string, std::unique_ptr<Call>, std::less<>> calls_;
};

}  // namespace flowgate::sim
