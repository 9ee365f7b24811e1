// What a UA asks of others: INVITE (RFC 3261 §13.2), MESSAGE, OPTIONS.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "sim/dialogs.h"

namespace flowgate::sim {

class CallsOut {
 public:
  CallsOut(Agenda& agenda, UserAgent& agent, Random random)
      : agenda_(agenda), agent_(agent), random_(random) {}

  struct Terms {
    Duration patience{};           // with one who does not answer
    std::optional<Instant> until;  // when to hang up; else when all is said
  };
  // The Call-ID.
  std::string invite(UaFlow& flow, const std::string& uri);
  std::string invite(UaFlow& flow, const std::string& uri, const Terms& terms);
  // A request of its own; the outcome does not matter.
  void ask(UaFlow& flow, std::string_view method, const std::string& uri);
  void clear() { calls_.clear(); }
  std::size_t size() const { return calls_.size(); }

 private:
  struct Call {
    Call(Agenda& agenda, UaFlow& its_flow, const std::string& text, const Terms& its_terms)
        : flow(&its_flow), invite(text), terms(its_terms), give_up(agenda) {}
    UaFlow* flow;
    Packet invite;
    Terms terms;
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
