// The simulator's only source of chance: xoshiro256** (Blackman, Vigna), seeded by splitmix64. Each actor has
// a stream of its own, so that one more throw of one of them leaves all others as they were.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace flowgate::sim {

using Duration = std::chrono::microseconds;

class Random {
 public:
  explicit Random(std::uint64_t seed);

  // A stream that depends on this one's seed and on `name`, not on what was drawn so far.
  Random stream(std::string_view name, std::uint64_t number = 0) const;

  std::uint64_t next();
  // 0 to bound - 1; `bound` is not 0.
  std::uint64_t below(std::uint64_t bound);
  bool chance(double probability);
  double between(double low, double high);
  Duration between(Duration low, Duration high);
  // Exponentially distributed, at most ten times the mean.
  Duration exponential(Duration mean);

 private:
  std::uint64_t seed_;
  std::array<std::uint64_t, 4> state_;
};

}  // namespace flowgate::sim
