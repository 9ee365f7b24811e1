#include "registrar/sqlite/live_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace flowgate::registrar {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::int64_t> rows(const LiveRows& live, std::int64_t from, std::int64_t end) {
  std::vector<std::int64_t> rows;
  for (auto row = live.next(from, end); row; row = live.next(*row + 1, end)) rows.push_back(*row);
  return rows;
}

TEST(LiveRows, FindsThoseThatCountInTheirOrder) {
  LiveRows live;
  for (const std::int64_t row : {1000, 63, 64, 1, 127, 500}) live.move(0, row);
  EXPECT_THAT(rows(live, 1, 1001), ElementsAre(1, 63, 64, 127, 500, 1000));
  EXPECT_THAT(rows(live, 2, 127), ElementsAre(63, 64));
  EXPECT_THAT(rows(live, 1001, 100'000), IsEmpty());
  EXPECT_EQ(live.count(), 6);
}

TEST(LiveRows, ARowThatIsReplacedDoesNotCount) {
  LiveRows live;
  live.move(0, 5);
  live.move(5, 90);
  EXPECT_THAT(rows(live, 1, 100), ElementsAre(90));
  live.move(90, 0);
  EXPECT_THAT(rows(live, 1, 100), IsEmpty());
  EXPECT_EQ(live.count(), 0);
}

TEST(LiveRows, CountsEachOnce) {
  LiveRows live;
  live.move(0, 5);
  live.move(0, 5);
  EXPECT_EQ(live.count(), 1);
  live.move(5, 0);
  live.move(5, 0);
  EXPECT_EQ(live.count(), 0);
}

// After years of registrations.
TEST(LiveRows, BeginsWhereTheRowsDo) {
  LiveRows live;
  constexpr std::int64_t first = 1'000'000'000'000;
  live.begin_at(first);
  live.move(0, first + 70);
  live.move(0, first);
  EXPECT_THAT(rows(live, 1, first + 100), ElementsAre(first, first + 70));
}

TEST(LiveRows, ForgetsWhatIsDropped) {
  LiveRows live;
  for (std::int64_t row = 1; row <= 200; ++row) live.move(0, row);
  live.drop_below(129);
  EXPECT_EQ(live.count(), 73);
  live.move(20, 201);
  EXPECT_EQ(live.next(1, 1000), 128);
  EXPECT_EQ(live.count(), 74);
}

}  // namespace
}  // namespace flowgate::registrar
