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
  RightFlow(const Forwarding& forwarding, Verdict& verdict) : forwarding_(forwarding), verdict_(verdict) {}

  void handled(const Flow& flow, const Packet& packet) override;
  void sent(const Flow& flow, const Packet& packet, bool gone) override;
  void flow_closed(const Flow& flow) override { closed_.insert(flow); }
  void flow_silent(const Flow& flow) override { closed_.insert(flow); }
  void edge_crashed() override;

 private:
  void learn(const Attempt& attempt, const Packet& packet);
  void learn(std::string_view record_route, const Flow& flow);
  bool is_right(const Attempt& attempt) const;
  void check_request(const Flow& flow, const Packet& packet);
  // The flow that the request's tokens name, unless it is the sender's own.
  struct Named {
    const Flow* flow = nullptr;
    bool unknown_token = false;
  };
  Named named_by(const Parent& parent) const;

  const Forwarding& forwarding_;
  Verdict& verdict_;
  std::map<std::string, Flow, std::less<>> flow_of_token_;
  std::set<Flow> closed_;
};

}  // namespace flowgate::sim
