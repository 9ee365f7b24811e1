// One seed, from beginning to end.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/failover_drill.h"
#include "sim/mishaps.h"

namespace flowgate::sim {

struct Outcome {
  std::uint64_t seed = 0;
  std::string invariant, what, ladder;  // empty: all went well
  std::uint64_t hosts = 0, messages = 0, faults = 0, octets_hash = 0, course_hash = 0;
  Duration elapsed{};
};

class Simulation {
 public:
  Simulation(std::uint64_t seed, Sabotage sabotage, bool verbose);

  Outcome run();

 private:
  void make_places();
  void make_phones();
  void make_prober();
  void plan();
  void probe();
  void check_probes();
  void check_nothing_left();

  std::uint64_t seed_;
  World world_;
  Scenario scenario_;
  Directory directory_;
  Topology topology_;
  std::vector<Site*> places_;
  std::vector<std::unique_ptr<UserAgent>> phones_;
  std::unique_ptr<UserAgent> prober_;
  std::map<std::string, UserAgent*> probes_;  // by Call-ID
  std::unique_ptr<Mishaps> mishaps_;
  std::unique_ptr<FailoverDrill> drill_;
};

}  // namespace flowgate::sim
