#include "proxy/overload_control.h"

#include <gtest/gtest.h>

#include <set>

namespace flowgate::proxy {
namespace {

using namespace std::chrono_literals;

struct OverloadControlTest : testing::Test {
  // Behind by so much for so many tenths of a second.
  void is_behind(unsigned percent, int tenths) {
    for (int i = 0; i < tenths; ++i, now += 100ms) control.behind(now, percent);
  }
  // In percent, of all that random numbers can bring.
  unsigned share(Admission admission) {
    unsigned refused = 0;
    for (std::uint64_t random = 0; random < 1000; ++random)
      refused += control.refuses(now, admission, random);
    return refused / 10;
  }
  Instant now{1h};
  OverloadControl control{{5s, 60s}, now};
};

TEST_F(OverloadControlTest, NothingIsTurnedAwayWithoutABacklog) {
  EXPECT_FALSE(control.acts(now));
  EXPECT_EQ(share(Admission::registration), 0U);
}

TEST_F(OverloadControlTest, TheWorseItIsTheFasterTheShareOfNewRegistrationsRises) {
  control.behind(now, 100);
  EXPECT_EQ(share(Admission::registration), 10U);
  control.behind(now, 300);
  EXPECT_EQ(share(Admission::registration), 40U);
  control.behind(now, 10'000);
  EXPECT_EQ(share(Admission::registration), 90U);
}

TEST_F(OverloadControlTest, AllNewRegistrationsGoBeforeTheFirstRefresh) {
  is_behind(10'000, 2);
  EXPECT_GE(share(Admission::registration), 97U);
  EXPECT_EQ(share(Admission::refresh), 0U);
}

TEST_F(OverloadControlTest, RefreshesGoBeforeWhatBeginsAndThatIsTheLast) {
  is_behind(10'000, 7);
  EXPECT_EQ(share(Admission::registration), 100U);
  EXPECT_GT(share(Admission::refresh), 30U);
  EXPECT_LT(share(Admission::refresh), 70U);
  EXPECT_EQ(share(Admission::beginning), 0U);
  is_behind(10'000, 100);
  EXPECT_EQ(share(Admission::refresh), 100U);
  EXPECT_GE(share(Admission::beginning), 90U);
  EXPECT_EQ(share(Admission::always), 0U);
}

TEST_F(OverloadControlTest, ItEasesSlowerThanItRises) {
  is_behind(500, 1);
  const unsigned before = share(Admission::registration);
  now += 200ms;
  const unsigned after = share(Admission::registration);
  EXPECT_LT(after, before);
  EXPECT_GT(after, before - 10);
  now += 3s;
  EXPECT_FALSE(control.acts(now));
  EXPECT_EQ(share(Admission::registration), 0U);
}

TEST_F(OverloadControlTest, TimesToRetryAreSpreadOverTheWholeRangeAndNoFurther) {
  std::set<std::chrono::seconds> seen;
  for (std::uint64_t random = 1'000'000; random < 1'000'560; ++random)
    seen.insert(control.retry_after(random));
  EXPECT_EQ(seen.size(), 56U);
  EXPECT_EQ(*seen.begin(), 5s);
  EXPECT_EQ(*seen.rbegin(), 60s);
}

TEST_F(OverloadControlTest, CountsWhatItTurnsAway) {
  is_behind(10'000, 100);
  const unsigned shares = share(Admission::registration) + share(Admission::refresh);
  EXPECT_EQ(10 * shares, control.refused(Admission::registration) + control.refused(Admission::refresh));
  EXPECT_EQ(control.refused(Admission::beginning), 0U);
}

}  // namespace
}  // namespace flowgate::proxy
