// What goes wrong, and when.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "sim/edge_host.h"
#include "sim/scenario.h"
#include "sim/user_agent.h"
#include "sim/world.h"

namespace flowgate::sim {

class Mishaps {
 public:
  struct Victims {
    std::vector<EdgeHost*> edges;
    std::vector<Site*> places;
    std::vector<UserAgent*> phones;
  };
  Mishaps(World& world, const Scenario::Faults& faults, Victims victims);

  void begin();
  // No more of it; what is broken heals.
  void end();

 private:
  void every(Duration mean, std::function<void()> mishap);
  void again(std::size_t index, Duration mean, const std::function<void()>& mishap);
  Site& any_place() { return *victims_.places[random_.below(victims_.places.size())]; }

  void crash_edge();
  void reboot_nat();
  void cut_link();
  void spoil_link();
  void break_connection(bool reset);
  void restart_phone();
  void note(const std::string& text);

  World& world_;
  Scenario::Faults faults_;
  Victims victims_;
  Random random_;
  bool over_ = false;
  std::vector<std::unique_ptr<Alarm>> alarms_;
};

}  // namespace flowgate::sim
