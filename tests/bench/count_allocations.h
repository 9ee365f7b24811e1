// The allocations of a benchmark, as a counter beside its time.
#pragma once

#include <benchmark/benchmark.h>

#include "allocations.h"

namespace flowgate::bench {

// Reports those made between its construction and its end as the counter `allocs`, per iteration. To be made
// right before the loop.
class CountAllocations {
 public:
  explicit CountAllocations(benchmark::State& state) : state_(state), before_(allocations()) {}
  ~CountAllocations() {
    const auto made = static_cast<double>(allocations() - before_);
    state_.counters["allocs"] = benchmark::Counter(made, benchmark::Counter::kAvgIterations);
  }
  CountAllocations(const CountAllocations&) = delete;
  CountAllocations& operator=(const CountAllocations&) = delete;

 private:
  benchmark::State& state_;
  std::uint64_t before_;
};

}  // namespace flowgate::bench
