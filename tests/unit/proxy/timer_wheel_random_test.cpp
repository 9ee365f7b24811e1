// The timer wheel beside a sorted set that knows the truth, one random operation after the other.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "tests/unit/proxy/alarm.h"

namespace flowgate::proxy {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

class Reference {
 public:
  explicit Reference(std::uint64_t seed) : random_(seed) {
    for (std::size_t i = 0; i < count; ++i)
      alarms_.push_back(std::make_unique<Alarm>([this, i] { fire(i); }));
    due_.resize(count);
  }

  void step() {
    const std::size_t i = below(count);
    switch (below(8)) {
      case 0:
        alarms_[i]->timer.cancel();
        sorted_.erase({due_[i], i});
        break;
      case 1:
      case 2:
      case 3:
        advance(wheel_.now() + nanoseconds{static_cast<std::int64_t>(below(1ULL << below(47)))});
        break;
      case 4:
        if (const auto next = wheel_.next()) advance(*next);
        break;
      default:
        set(i);
    }
    ASSERT_EQ(alarms_[i]->timer.is_set(), sorted_.contains({due_[i], i}));
    const auto next = wheel_.next();
    ASSERT_TRUE(next || sorted_.empty());
    if (next) {
      ASSERT_GT(*next, wheel_.now());
    }
    if (!sorted_.empty()) {
      ASSERT_LE(*next, ceiling(sorted_.begin()->first));
    }
  }
  std::size_t fired() const { return fired_; }

 private:
  static constexpr std::size_t count = 200;

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  static Instant ceiling(Instant due) { return start + std::chrono::ceil<milliseconds>(due - start); }

  void set(std::size_t i) {
    sorted_.erase({due_[i], i});
    // Every power of two is as likely as any other: all levels are in use.
    const std::uint64_t reach = std::min(2ULL << below(36), (1ULL << 36) - 2);
    const milliseconds delay{static_cast<std::int64_t>(1 + below(reach))};
    due_[i] = wheel_.now() + delay;
    sorted_.insert({due_[i], i});
    wheel_.set(alarms_[i]->timer, delay);
  }

  void fire(std::size_t i) {
    ++fired_;
    ASSERT_TRUE(sorted_.contains({due_[i], i})) << "a timer that is not set";
    // In order, to the millisecond that a wheel knows.
    ASSERT_EQ(ceiling(due_[i]), ceiling(sorted_.begin()->first));
    ASSERT_EQ(wheel_.now(), ceiling(due_[i]));
    ASSERT_LE(wheel_.now(), target_);
    sorted_.erase({due_[i], i});
    const std::size_t other = below(count);
    switch (below(4)) {
      case 0:
        set(i);
        break;
      case 1:
        alarms_[other]->timer.cancel();
        sorted_.erase({due_[other], other});
        break;
      case 2:
        set(other);
        break;
    }
  }

  void advance(Instant now) {
    target_ = now;
    wheel_.advance(now);
    ASSERT_EQ(wheel_.now(), now);
    if (!sorted_.empty()) {
      ASSERT_GT(ceiling(sorted_.begin()->first), now) << "a timer was not fired";
    }
  }

  std::mt19937_64 random_;
  TimerWheel wheel_{start};
  Instant target_ = start;
  std::vector<std::unique_ptr<Alarm>> alarms_;
  std::vector<Instant> due_;
  std::set<std::pair<Instant, std::size_t>> sorted_;
  std::size_t fired_ = 0;
};

TEST(TimerWheelAtRandom, DoesWhatASortedSetDoes) {
  Reference reference{5626};
  for (int i = 0; i < 100'000; ++i) {
    reference.step();
    if (testing::Test::HasFatalFailure()) FAIL() << "operation " << i;
  }
  EXPECT_GT(reference.fired(), 10'000U);
}

}  // namespace
}  // namespace flowgate::proxy
