// In the calm an edge is lost in mid-dialog, for a minute. Whoever has another flow is reached over that (RFC
// 5626 §7): by a new request, and by the BYE of a call to its GRUU that began over the lost edge.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/topology.h"
#include "sim/user_agent.h"

namespace flowgate::sim {

class FailoverDrill {
 public:
  static constexpr std::string_view name = "fails over";
  // `prober` has a flow to each host, in their order.
  FailoverDrill(World& world, Topology& topology, UserAgent& prober,
                const std::vector<std::unique_ptr<UserAgent>>& phones);

  // Nobody else starts anything any more.
  void begin();

 private:
  struct Asked {
    const UserAgent* phone;
    std::string call_id;
    bool by_bye;
  };
  // The prober's flow to one of the hosts that stay.
  unsigned way_in();
  void lose_edge();
  void check();

  World& world_;
  Topology& topology_;
  UserAgent& prober_;
  const std::vector<std::unique_ptr<UserAgent>>& phones_;
  Random random_;
  unsigned lost_;  // edge
  std::vector<Asked> calls_, asked_;
};

}  // namespace flowgate::sim
