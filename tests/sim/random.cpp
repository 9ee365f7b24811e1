#include "sim/random.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace flowgate::sim {
namespace {

std::uint64_t splitmix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

Random::Random(std::uint64_t seed) : seed_(seed) {
  for (std::uint64_t& word : state_) word = splitmix(seed);
}

Random Random::stream(std::string_view name, std::uint64_t number) const {
  std::uint64_t state = seed_ ^ (number * 0xd1342543de82ef95);
  for (const char c : name) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return Random{splitmix(state)};
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Random::below(std::uint64_t bound) {
  return next() % bound;
}

double Random::between(double low, double high) {
  return low + (high - low) * static_cast<double>(next() >> 11) * 0x1p-53;
}

bool Random::chance(double probability) {
  return between(0.0, 1.0) < probability;
}

Duration Random::between(Duration low, Duration high) {
  const auto span = static_cast<std::uint64_t>((high - low).count()) + 1;
  return low + Duration(static_cast<Duration::rep>(below(span)));
}

Duration Random::exponential(Duration mean) {
  const double factor = std::min(-std::log(1.0 - between(0.0, 1.0)), 10.0);
  return Duration(static_cast<Duration::rep>(factor * static_cast<double>(mean.count())));
}

}  // namespace flowgate::sim
