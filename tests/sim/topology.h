// The hosts of a scenario, with who watches them: one that is edge and registrar, or two edges before a
// registrar, each with an address, a key file, flows and a store of its own.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario.h"

namespace flowgate::sim {

class Topology {
 public:
  Topology(World& world, const Scenario& scenario);

  // The registrar is the last one.
  const std::vector<std::unique_ptr<Host>>& hosts() const { return hosts_; }
  bool has_trunk() const { return hosts_.size() > 1; }
  Host& registrar() { return *hosts_.back(); }
  // Those that phones register through; counted in a circle.
  Host& edge(unsigned number) { return *hosts_[has_trunk() ? number % (hosts_.size() - 1) : 0]; }

  // Traffic has stopped: is anything left?
  void check_nothing_left();

 private:
  void add(std::string name, std::string_view address, const Host::Settings& settings);
  void watch(Host& host);

  World& world_;
  const Scenario& scenario_;
  std::vector<std::unique_ptr<Host>> hosts_;
};

}  // namespace flowgate::sim
