// What goes wrong, and when.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "sim/topology.h"
#include "sim/user_agent.h"
#include "sim/world.h"

namespace flowgate::sim {

class Mishaps {
 public:
  struct Victims {
    Topology* topology = nullptr;
    std::vector<Site*> places;
    std::vector<UserAgent*> phones;
  };
  Mishaps(World& world, const Scenario& scenario, Victims victims);

  void begin();
  // No more of it; what is broken heals.
  void end();

 private:
  void every(Duration mean, std::function<void()> mishap);
  void again(std::size_t index, Duration mean, const std::function<void()>& mishap);
  Site& any_place() { return *victims_.places[random_.below(victims_.places.size())]; }

  void crash_host();
  void reboot_nat();
  void cut_link();
  void spoil_link();
  void break_connection(const std::vector<ConnectionId>& connections, bool reset);
  void restart_phone();
  void cut_trunk();
  void break_trunk();
  void note(const std::string& text);

  World& world_;
  const Scenario& scenario_;
  Victims victims_;
  Random random_;
  bool over_ = false;
  std::vector<std::unique_ptr<Alarm>> alarms_;
};

}  // namespace flowgate::sim
