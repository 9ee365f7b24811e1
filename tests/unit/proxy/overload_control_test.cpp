#include "proxy/overload_control.h"

#include <gtest/gtest.h>

#include <set>

namespace flowgate::proxy {
namespace {

using namespace std::chrono_literals;

struct OverloadControlTest : testing::Test {
  // In percent, of all that random numbers can bring.
  unsigned share(Admission admission) {
    unsigned refused = 0;
    for (std::uint64_t random = 0; random < 10'000; ++random) refused += control.refuses(admission, random);
    return refused / 100;
  }
  OverloadControl control{{5s, 60s}};
};

TEST_F(OverloadControlTest, NothingIsTurnedAwayWithoutABacklog) {
  EXPECT_FALSE(control.acts());
  EXPECT_EQ(share(Admission::registration), 0U);
}

TEST_F(OverloadControlTest, TheShareOfNewRegistrationsRisesWithTheDelay) {
  for (const auto& [percent, expected] : {std::pair(100U, 0U), {110U, 10U}, {175U, 75U}, {200U, 100U}}) {
    control.behind(percent);
    EXPECT_EQ(share(Admission::registration), expected) << percent;
    EXPECT_EQ(share(Admission::refresh), 0U) << percent;
  }
}

TEST_F(OverloadControlTest, RefreshesFollowWhenNoNewRegistrationsAreLeft) {
  control.behind(300);
  EXPECT_EQ(share(Admission::registration), 100U);
  EXPECT_EQ(share(Admission::refresh), 50U);
  EXPECT_EQ(share(Admission::beginning), 0U);
}

TEST_F(OverloadControlTest, WhatBeginsFollowsWhenNoRegistrationsAreLeft) {
  control.behind(600);
  EXPECT_EQ(share(Admission::refresh), 100U);
  EXPECT_EQ(share(Admission::beginning), 50U);
  control.behind(100'000);
  EXPECT_EQ(share(Admission::beginning), 100U);
  EXPECT_EQ(share(Admission::always), 0U);
}

TEST_F(OverloadControlTest, NothingIsTurnedAwayAnyMoreWhenTheBacklogIsGone) {
  control.behind(100'000);
  EXPECT_TRUE(control.acts());
  control.behind(0);
  EXPECT_FALSE(control.acts());
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
  control.behind(300);
  share(Admission::registration);
  share(Admission::refresh);
  share(Admission::beginning);
  EXPECT_EQ(control.refused(Admission::registration), 10'000U);
  EXPECT_EQ(control.refused(Admission::refresh), 5'000U);
  EXPECT_EQ(control.refused(Admission::beginning), 0U);
}

}  // namespace
}  // namespace flowgate::proxy
