#include "transport/backlog.h"

#include <gtest/gtest.h>

namespace flowgate::transport {
namespace {

using namespace std::chrono_literals;

struct BacklogTest : testing::Test {
  // Looks each 10 ms, the first one now; what stands then.
  unsigned looks(unsigned times, unsigned percent) {
    for (unsigned i = 0; i < times; ++i, now += 10ms) backlog.look(now, percent);
    return backlog.standing();
  }
  Backlog backlog;
  Backlog::Instant now{1h};
};

TEST_F(BacklogTest, WhatIsLongForAWholeIntervalStands) {
  EXPECT_EQ(looks(10, 300), 0U);
  EXPECT_EQ(looks(1, 300), 300U);
}

TEST_F(BacklogTest, WhatStandsIsAsLongAsItIsNow) {
  EXPECT_EQ(looks(11, 300), 300U);
  EXPECT_EQ(looks(1, 110), 110U);
  EXPECT_EQ(looks(1, 500), 500U);
}

TEST_F(BacklogTest, AQueueThatIsShortOnceIsABurst) {
  EXPECT_EQ(looks(9, 900), 0U);
  EXPECT_EQ(looks(1, 99), 0U);
  EXPECT_EQ(looks(10, 900), 0U);
  EXPECT_EQ(looks(1, 900), 900U);
  EXPECT_EQ(looks(1, 99), 0U);
  EXPECT_EQ(looks(1, 900), 0U);
}

TEST_F(BacklogTest, TwoLooksFarApartAreTooFew) {
  EXPECT_EQ(looks(1, 900), 0U);
  now += 200ms;
  EXPECT_EQ(looks(1, 900), 0U);
  EXPECT_EQ(looks(1, 900), 900U);
}

}  // namespace
}  // namespace flowgate::transport
