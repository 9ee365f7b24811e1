// Heap allocations of a benchmark: operator new of the whole program and OpenSSL's own.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>

namespace flowgate::bench {

// How many this thread has made so far.
std::uint64_t allocations();

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
