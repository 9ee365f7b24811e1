#include "registrar/sqlite/live_pages.h"

#include <gtest/gtest.h>

namespace flowgate::registrar {
namespace {

TEST(LivePages, APageIsLiveWhileARecordInItCounts) {
  LivePages live;
  live.move(0, 3);
  live.move(0, 3);
  live.move(3, 4);
  EXPECT_TRUE(live.has_any(3));
  live.move(3, 0);
  EXPECT_FALSE(live.has_any(3));
  EXPECT_TRUE(live.has_any(4));
  EXPECT_EQ(live.count(), 1);
}

TEST(LivePages, ARecordMayStayInItsPage) {
  LivePages live;
  live.move(0, 1);
  live.move(1, 1);
  EXPECT_EQ(live.count(), 1);
  live.move(1, 0);
  EXPECT_FALSE(live.has_any(1));
  EXPECT_EQ(live.count(), 0);
}

TEST(LivePages, NoPageIsNotCounted) {
  LivePages live;
  live.move(0, 0);
  EXPECT_FALSE(live.has_any(0));
  EXPECT_FALSE(live.has_any(1));
  EXPECT_EQ(live.count(), 0);
}

// After years of registrations.
TEST(LivePages, BeginsWhereTheLogDoes) {
  LivePages live;
  constexpr std::int64_t first = 1'000'000'000'000;
  live.begin_at(first);
  live.move(0, first + 70);
  EXPECT_TRUE(live.has_any(first + 70));
  EXPECT_FALSE(live.has_any(first + 69));
}

TEST(LivePages, ForgetsWhatIsBelow) {
  LivePages live;
  for (std::int64_t page = 1; page <= 200; ++page) live.move(0, page);
  live.begin_at(129);
  EXPECT_EQ(live.count(), 72);
  EXPECT_FALSE(live.has_any(128));
  live.move(20, 201);
  EXPECT_EQ(live.count(), 73);
}

}  // namespace
}  // namespace flowgate::registrar
