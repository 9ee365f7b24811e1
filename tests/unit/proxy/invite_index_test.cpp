#include "proxy/invite_index.h"

#include <gtest/gtest.h>

namespace flowgate::proxy {
namespace {

TEST(InviteIndex, SaysWhichShardHasTheTransaction) {
  InviteIndex index;
  EXPECT_EQ(index.find({1, 2}), std::nullopt);
  index.put({1, 2}, 3);
  index.put({2, 1}, 4);
  EXPECT_EQ(index.find({1, 2}), 3);
  EXPECT_EQ(index.find({2, 1}), 4);
  index.erase({1, 2}, 3);
  EXPECT_EQ(index.find({1, 2}), std::nullopt);
  EXPECT_EQ(index.find({2, 1}), 4);
}

TEST(InviteIndex, AShardTakesOnlyItsOwnAway) {
  InviteIndex index;
  index.put({1, 2}, 3);
  index.put({1, 2}, 4);
  index.erase({1, 2}, 3);
  EXPECT_EQ(index.find({1, 2}), 4);
}

}  // namespace
}  // namespace flowgate::proxy
