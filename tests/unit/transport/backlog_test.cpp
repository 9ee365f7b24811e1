#include "transport/backlog.h"

#include <gtest/gtest.h>

namespace flowgate::transport {
namespace {

using namespace std::chrono_literals;

struct BacklogTest : testing::Test {
  // Looks each 10 ms, the first one now.
  std::optional<unsigned> looks(unsigned times, unsigned percent) {
    std::optional<unsigned> told;
    for (unsigned i = 0; i < times; ++i, now += 10ms) {
      if (const auto least = backlog.look(now, percent)) told = least;
    }
    return told;
  }
  Backlog backlog;
  Backlog::Instant now{1h};
};

TEST_F(BacklogTest, WhatStandsForAWholeIntervalIsToldByItsLeast) {
  EXPECT_EQ(looks(5, 300), std::nullopt);
  EXPECT_EQ(looks(1, 120), std::nullopt);
  EXPECT_EQ(looks(4, 500), std::nullopt);
  EXPECT_EQ(looks(1, 400), 120U);
}

TEST_F(BacklogTest, TheNextIntervalBeginsWithTheLookThatEndedTheLast) {
  EXPECT_EQ(looks(11, 200), 200U);
  EXPECT_EQ(looks(9, 300), std::nullopt);
  EXPECT_EQ(looks(1, 300), 200U);
  EXPECT_EQ(looks(10, 300), 300U);
}

TEST_F(BacklogTest, AQueueThatIsShortEnoughOnceIsABurst) {
  EXPECT_EQ(looks(9, 900), std::nullopt);
  EXPECT_EQ(looks(1, 99), std::nullopt);
  EXPECT_EQ(looks(10, 900), std::nullopt);
  EXPECT_EQ(looks(1, 900), 900U);
}

TEST_F(BacklogTest, TwoLooksFarApartAreTooFew) {
  EXPECT_EQ(backlog.look(now, 900), std::nullopt);
  now += 200ms;
  EXPECT_EQ(backlog.look(now, 900), std::nullopt);
  now += 1ms;
  EXPECT_EQ(backlog.look(now, 900), 900U);
}

}  // namespace
}  // namespace flowgate::transport
