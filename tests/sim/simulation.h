// One seed, from beginning to end.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/mishaps.h"

namespace flowgate::sim {

struct Outcome {
  std::uint64_t seed = 0;
  std::string invariant, what, ladder;  // empty: all went well
  std::uint64_t messages = 0, faults = 0, octets_hash = 0, course_hash = 0;
  Duration elapsed{};
};

class Simulation {
 public:
  Simulation(std::uint64_t seed, Sabotage sabotage, bool verbose);

  Outcome run();

 private:
  void make_edge();
  void make_places();
  void make_phones();
  void watch(EdgeHost& edge);
  void plan();
  void probe();
  void check_probes();
  void check_nothing_left();

  std::uint64_t seed_;
  World world_;
  Scenario scenario_;
  Directory directory_;
  std::vector<std::unique_ptr<EdgeHost>> edges_;
  std::vector<Site*> places_;
  std::vector<std::unique_ptr<UserAgent>> phones_;
  std::unique_ptr<UserAgent> prober_;
  std::map<std::string, UserAgent*> probes_;  // by Call-ID
  std::unique_ptr<Mishaps> mishaps_;
};

}  // namespace flowgate::sim
