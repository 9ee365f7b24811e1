// What a UA does when it is called (RFC 3261 §13.3): it rings, and its user answers, declines, or is not
// there.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "sim/dialogs.h"

namespace flowgate::sim {

class CallsIn {
 public:
  CallsIn(Agenda& agenda, UserAgent& agent, Random random)
      : agenda_(agenda), agent_(agent), random_(random) {}

  void invited(UaFlow& flow, const Packet& invite);
  void cancelled(const Packet& cancel);
  void acknowledged(const Packet& ack);
  void clear();
  std::size_t size() const { return ringing_.size() + accepted_.size(); }

 private:
  struct Ringing {
    Ringing(Agenda& agenda, UaFlow& its_flow, const Packet& its_invite, std::string tag)
        : flow(&its_flow), invite(its_invite), to_tag(std::move(tag)), next(agenda) {}
    UaFlow* flow;
    Packet invite;
    std::string to_tag;
    Alarm next;
  };
  struct Accepted {
    explicit Accepted(Agenda& agenda) : given_up(agenda) {}
    std::string branch;
    Alarm given_up;
  };
  void accept(const Ringing& call, const std::string& branch);
  void ring(const std::string& branch);
  void decide(const std::string& branch);
  void end(const std::string& branch, int status);

  Agenda& agenda_;
  UserAgent& agent_;
  Random random_;
  std::map<std::string, std::unique_ptr<Ringing>, std::less<>> ringing_;    // by branch
  std::map<std::string, std::unique_ptr<Accepted>, std::less<>> accepted_;  // by To tag, until the ACK comes
  std::set<std::string, std::less<>> seen_;                                 // for §8.2.2.2
};

}  // namespace flowgate::sim
