// The established calls of a UA: RFC 3261 §12. Each side hangs up when its time has come, unless the other
// was first.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/ua_flow.h"

namespace flowgate::sim {

class UserAgent;

struct Dialog {
  std::string call_id;
  std::string local, remote;  // From and To of what this side sends, with their tags
  std::string target;         // the other side's Contact URI
  std::vector<std::string> routes;
  unsigned cseq = 0;
  UaFlow* flow = nullptr;  // over which it began
};

// §12.1.2 and §12.1.1.
Dialog dialog_of_caller(const Packet& answer, UaFlow& flow);
Dialog dialog_of_callee(const Packet& invite, std::string_view to_tag, UaFlow& flow);

class Dialogs {
 public:
  Dialogs(Agenda& agenda, UserAgent& agent, Random random)
      : agenda_(agenda), agent_(agent), random_(random) {}

  // Ended by a BYE after `hold`, if not before.
  void add(Dialog dialog, Duration hold);
  // A request within a dialog, or one that says it were.
  void receive(const Packet& request);
  bool knows(const Packet& request) const;
  // The other side's Contact URI in the call of that Call-ID; "" when there is none.
  std::string target(std::string_view call_id) const;
  // The ACK for a 2xx, as it is sent again for each repetition of that.
  std::string write_ack(const Dialog& dialog, unsigned invite_cseq);
  UaFlow& flow_of(const Dialog& dialog) const;

  void clear() { calls_.clear(); }
  std::size_t size() const { return calls_.size(); }

 private:
  struct Call {
    Call(Agenda& agenda, Dialog its_dialog) : dialog(std::move(its_dialog)), talk(agenda), hang_up(agenda) {}
    Dialog dialog;
    Alarm talk, hang_up;
  };
  static std::string name_of(const Dialog& dialog);
  static std::string name_of(const Packet& request);
  Lines lines_of(const Dialog& dialog, std::string_view method, unsigned cseq) const;
  void send(const std::string& name, std::string_view method);

  Agenda& agenda_;
  UserAgent& agent_;
  Random random_;
  std::map<std::string, std::unique_ptr<Call>, std::less<>> calls_;
};

}  // namespace flowgate::sim
