// No request is delivered to a flow other than the one that its token or binding names.
#pragma once

#include <map>
#include <string>

#include "sim/forwarding.h"

namespace flowgate::sim {

class RightFlow final : public Observer {
 public:
  static constexpr std::string_view name = "right flow";
  // `edge`: its addresses' host part.
  RightFlow(std::string edge, const Forwarding& forwarding, Verdict& verdict)
      : edge_(std::move(edge)), forwarding_(forwarding), verdict_(verdict) {}

  void sent(const Flow& flow, const Packet& packet, bool gone) override;

 private:
  void learn(const Attempt& attempt, const Packet& packet);
  void learn(std::string_view record_route, const Flow& flow);
  bool is_right(const Attempt& attempt);

  std::string edge_;
  const Forwarding& forwarding_;
  Verdict& verdict_;
  std::map<std::string, Flow, std::less<>> flow_of_token_;
};

}  // namespace flowgate::sim
