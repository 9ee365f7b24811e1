// No request is delivered to a flow other than the one that its token or binding names; and it is delivered
// there as long as there is that flow, be the token from before a restart.
#pragma once

#include <map>
#include <set>
#include <string>

#include "sim/forwarding.h"

namespace flowgate::sim {

class RightFlow final : public Observer {
 public:
  static constexpr std::string_view name = "right flow";
  RightFlow(const Vantage& vantage, const Forwarding& forwarding, Verdict& verdict)
      : vantage_(vantage), forwarding_(forwarding), verdict_(verdict) {}

  void handled(const Flow& flow, const Packet& packet) override;
  void sent(const Flow& flow, const Packet& packet, bool gone) override;
  void flow_closed(const Flow& flow) override { closed_.insert(flow); }
  void flow_silent(const Flow& flow) override { closed_.insert(flow); }
  void host_crashed() override;

 private:
  void learn(const Attempt& attempt, const Packet& packet);
  void learn(std::string_view own, const Flow& flow);
  bool is_right(const Attempt& attempt) const;
  bool is_ours(std::string_view uri) const;
  void check_refusal(const Packet& response);
  void check_request(const Flow& flow, const Packet& packet);
  // What the Route says: the flow that our tokens name, unless it is the sender's own, and whose URI is next.
  struct Named {
    const Flow* flow = nullptr;
    std::string_view next;  // "203.0.113.9:5060"; "": nobody's
    bool unknown_token = false;
  };
  Named named_by(const Parent& parent) const;

  Vantage vantage_;
  const Forwarding& forwarding_;
  Verdict& verdict_;
  std::map<std::string, Flow, std::less<>> flow_of_token_;
  std::set<Flow> closed_;
};

}  // namespace flowgate::sim
