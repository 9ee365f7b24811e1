#include "proxy/timer_wheel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <vector>

#include "tests/unit/proxy/alarm.h"

namespace flowgate::proxy {
namespace {

using namespace std::chrono_literals;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using testing::ElementsAre;

class TimerWheelTest : public testing::Test {
 protected:
  // An alarm that notes its number when it fires.
  std::unique_ptr<Alarm> noting(int number) {
    return std::make_unique<Alarm>([this, number] { fired.push_back(number); });
  }

  TimerWheel wheel{start};
  std::vector<int> fired;
};

TEST_F(TimerWheelTest, HasNothingNextUntilATimerIsSet) {
  EXPECT_EQ(wheel.next(), std::nullopt);
  EXPECT_EQ(wheel.now(), start);
}

TEST_F(TimerWheelTest, FiresNeverEarlyAndOnce) {
  const auto alarm = noting(1);
  wheel.set(alarm->timer, 500ms);
  EXPECT_TRUE(alarm->timer.is_set());
  wheel.advance(start + 500ms - 1ns);
  EXPECT_THAT(fired, ElementsAre());
  wheel.advance(start + 500ms);
  EXPECT_THAT(fired, ElementsAre(1));
  EXPECT_FALSE(alarm->timer.is_set());
  wheel.advance(start + 1h);
  EXPECT_THAT(fired, ElementsAre(1));
}

TEST_F(TimerWheelTest, RoundsUpWhenItIsSetBetweenTwoMilliseconds) {
  wheel.advance(start + 300us);
  const auto alarm = noting(1);
  wheel.set(alarm->timer, 1ms);
  wheel.advance(start + 1299us);
  EXPECT_THAT(fired, ElementsAre());
  wheel.advance(start + 2ms);
  EXPECT_THAT(fired, ElementsAre(1));
}

TEST_F(TimerWheelTest, FiresAtTheEarliestOneMillisecondFromNow) {
  for (const milliseconds delay : {0ms, -1ms, milliseconds::min()}) {
    fired.clear();
    const auto alarm = noting(1);
    const Instant now = wheel.now() + 700us;
    wheel.advance(now);
    wheel.set(alarm->timer, delay);
    wheel.advance(now + 999us);
    EXPECT_THAT(fired, ElementsAre()) << delay.count();
    wheel.advance(now + 2ms);
    EXPECT_THAT(fired, ElementsAre(1)) << delay.count();
  }
}

TEST_F(TimerWheelTest, CutsDelaysToTwoYears) {
  for (const milliseconds delay : {milliseconds{hours{24 * 365 * 20}}, milliseconds::max()}) {
    fired.clear();
    const auto alarm = noting(1);
    const Instant now = wheel.now();
    wheel.set(alarm->timer, delay);
    wheel.advance(now + hours{24 * 365 * 2});
    EXPECT_THAT(fired, ElementsAre()) << delay.count();
    wheel.advance(now + hours{24 * 365 * 3});
    EXPECT_THAT(fired, ElementsAre(1)) << delay.count();
  }
}

TEST_F(TimerWheelTest, FiresInOrderWhateverTheOrderOfSetting) {
  std::vector<std::unique_ptr<Alarm>> alarms;
  const std::vector<milliseconds> delays = {5s, 1ms, 64ms, 63ms, 4096ms, 65ms, 300s, 2ms, 262144ms};
  for (int i = 0; i < static_cast<int>(delays.size()); ++i) {
    alarms.push_back(noting(i));
    wheel.set(alarms.back()->timer, delays[static_cast<std::size_t>(i)]);
  }
  wheel.advance(start + 301s);
  EXPECT_THAT(fired, ElementsAre(1, 7, 3, 2, 5, 4, 0, 8, 6));
}

TEST_F(TimerWheelTest, TellsAFiringTimerTheTimeThatItWasDueAt) {
  Instant seen;
  Alarm alarm{[&] { seen = wheel.now(); }};
  wheel.set(alarm.timer, 250ms);
  wheel.advance(start + 10s);
  EXPECT_EQ(seen, start + 250ms);
  EXPECT_EQ(wheel.now(), start + 10s);
}

TEST_F(TimerWheelTest, DoesNotFireACancelledTimer) {
  const auto alarm = noting(1), other = noting(2);
  wheel.set(alarm->timer, 10ms);
  wheel.set(other->timer, 10ms);
  alarm->timer.cancel();
  EXPECT_FALSE(alarm->timer.is_set());
  alarm->timer.cancel();
  wheel.advance(start + 1s);
  EXPECT_THAT(fired, ElementsAre(2));
}

TEST_F(TimerWheelTest, SettingAgainReplacesTheOldTime) {
  const auto alarm = noting(1);
  wheel.set(alarm->timer, 10ms);
  wheel.set(alarm->timer, 50ms);
  wheel.advance(start + 49ms);
  EXPECT_THAT(fired, ElementsAre());
  wheel.advance(start + 50ms);
  EXPECT_THAT(fired, ElementsAre(1));
}

TEST_F(TimerWheelTest, ATimerThatIsSetWhileFiringFiresInTheSameCallWhenItIsDue) {
  std::vector<nanoseconds> seen;
  Alarm alarm{[&] {
    seen.push_back(wheel.now() - start);
    wheel.set(alarm.timer, 100ms);
  }};
  wheel.set(alarm.timer, 100ms);
  wheel.advance(start + 350ms);
  EXPECT_THAT(seen, ElementsAre(100ms, 200ms, 300ms));
  EXPECT_TRUE(alarm.timer.is_set());
  wheel.advance(start + 400ms);
  EXPECT_EQ(seen.size(), 4U);
}

TEST_F(TimerWheelTest, ATimerMayDestroyItsOwnerWhileFiring) {
  auto alarm = noting(1);
  alarm->act = [&] {
    fired.push_back(1);
    alarm.reset();
  };
  const auto other = noting(2);
  wheel.set(alarm->timer, 10ms);
  wheel.set(other->timer, 10ms);
  wheel.advance(start + 10ms);
  EXPECT_THAT(fired, testing::UnorderedElementsAre(1, 2));
}

TEST_F(TimerWheelTest, ATimerMayEndAnotherOneThatIsDueInTheSameMillisecond) {
  for (const milliseconds delay : {10ms, 64ms, 4096ms}) {  // due at the lowest level, due in a cascade
    fired.clear();
    const Instant now = wheel.now();
    auto cancelled = noting(2), destroyed = noting(3), moved = noting(4);
    Alarm first{[&] {
      cancelled->timer.cancel();
      destroyed.reset();
      wheel.set(moved->timer, 5ms);
    }};
    wheel.set(first.timer, delay);
    wheel.set(cancelled->timer, delay);
    wheel.set(destroyed->timer, delay);
    wheel.set(moved->timer, delay);
    wheel.advance(now + delay + 4ms);
    EXPECT_THAT(fired, ElementsAre()) << delay.count();
    wheel.advance(now + delay + 5ms);
    EXPECT_THAT(fired, ElementsAre(4)) << delay.count();
  }
}

TEST_F(TimerWheelTest, TimersOutliveTheWheel) {
  auto own = std::make_unique<TimerWheel>(start);
  const auto alarm = noting(1);
  own->set(alarm->timer, 10ms);
  own.reset();
  EXPECT_FALSE(alarm->timer.is_set());
}

TEST_F(TimerWheelTest, TimeDoesNotGoBack) {
  const auto alarm = noting(1);
  wheel.advance(start + 5s);
  wheel.advance(start + 1s);
  EXPECT_EQ(wheel.now(), start + 5s);
  wheel.set(alarm->timer, 10ms);
  wheel.advance(start + 5009ms);
  EXPECT_THAT(fired, ElementsAre());
  wheel.advance(start + 5010ms);
  EXPECT_THAT(fired, ElementsAre(1));
}

// From every level, at and around every boundary between two, from a time that is on no boundary.
TEST_F(TimerWheelTest, AFarTimerFiresInItsMillisecondWhicheverLevelItStartsIn) {
  for (int bits = 0; bits < 36; ++bits) {
    for (const int off : {-1, 0, 1}) {
      const milliseconds delay{(std::int64_t{1} << bits) + off};
      if (delay < 1ms) continue;
      TimerWheel own{start};
      own.advance(start + 123456789ms);
      const Instant due = own.now() + delay;
      int count = 0;
      Alarm alarm{[&] { ++count; }};
      own.set(alarm.timer, delay);
      own.advance(due - 1ns);
      EXPECT_EQ(count, 0) << delay.count();
      own.advance(due);
      EXPECT_EQ(count, 1) << delay.count();
    }
  }
}

// One wake-up for each level at most: the shell that waits for next() is not kept busy by a far timer.
TEST_F(TimerWheelTest, NextLeadsToALoneTimerInSixSteps) {
  const auto alarm = noting(1);
  wheel.advance(start + 987654321ms);
  const Instant due = wheel.now() + 60000000000ms;
  wheel.set(alarm->timer, 60000000000ms);
  int steps = 0;
  while (const auto next = wheel.next()) {
    ASSERT_LE(*next, due);
    ASSERT_GT(*next, wheel.now());
    wheel.advance(*next);
    ++steps;
  }
  EXPECT_THAT(fired, ElementsAre(1));
  EXPECT_LE(steps, 6);
}

// The top level goes round: a timer that is due almost a whole turn from now lies in the slot of the present.
TEST_F(TimerWheelTest, AVeryFarTimerDoesNotHideANearerOneOfTheTopLevel) {
  wheel.advance(start + 1000ms);
  const auto far = noting(1), near = noting(2);
  wheel.set(far->timer, milliseconds{(std::int64_t{1} << 36) - 2});
  wheel.set(near->timer, milliseconds{std::int64_t{1} << 31});
  const Instant due = wheel.now() + milliseconds{std::int64_t{1} << 31};
  ASSERT_TRUE(wheel.next());
  EXPECT_LE(*wheel.next(), due);
  wheel.advance(due);
  EXPECT_THAT(fired, ElementsAre(2));
  wheel.advance(start + 1000ms + milliseconds{(std::int64_t{1} << 36) - 2});
  EXPECT_THAT(fired, ElementsAre(2, 1));
}

}  // namespace
}  // namespace flowgate::proxy
