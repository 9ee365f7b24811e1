// Many seeds in several processes: what a crash of one leaves behind is its seed.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/simulation.h"

namespace flowgate::sim {

struct Job {
  std::uint64_t seed = 0;
  Sabotage sabotage = Sabotage::none;
  std::uint64_t hash_key = 1;
  bool verbose = false;
};

// Runs all jobs, each in a process of its own kind of `workers`, and shows each outcome as it comes. A job
// whose process died has the invariant "survives".
void run_jobs(const std::vector<Job>& jobs, unsigned workers,
              const std::function<void(const Outcome&)>& show);
// In this process.
Outcome run_job(const Job& job);
// In a process of its own.
Outcome run_alone(const Job& job);

}  // namespace flowgate::sim
