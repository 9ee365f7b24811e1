#include "proxy/invite_index.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace flowgate::proxy {
namespace {

TEST(InviteIndex, SaysWhichShardHasTheTransaction) {
  InviteIndex index;
  EXPECT_EQ(index.find({1, 2}), std::nullopt);
  EXPECT_EQ(index.claim({1, 2}, 3), 3);
  EXPECT_EQ(index.claim({2, 1}, 4), 4);
  EXPECT_EQ(index.find({1, 2}), 3);
  EXPECT_EQ(index.find({2, 1}), 4);
  index.erase({1, 2});
  EXPECT_EQ(index.find({1, 2}), std::nullopt);
  EXPECT_EQ(index.find({2, 1}), 4);
}

TEST(InviteIndex, GivesItToTheFirst) {
  InviteIndex index;
  EXPECT_EQ(index.claim({1, 2}, 3), 3);
  EXPECT_EQ(index.claim({1, 2}, 4), 3);
  EXPECT_EQ(index.find({1, 2}), 3);
  index.erase({1, 2});
  EXPECT_EQ(index.claim({1, 2}, 4), 4);
}

// Of shards that claim the same INVITE at the same time one has it, and all agree which.
TEST(InviteIndex, GivesItToOneOfMany) {
  constexpr std::uint64_t keys = 2'000;
  constexpr std::uint8_t shards = 4;
  InviteIndex index;
  std::atomic<unsigned> owned = 0;
  std::vector<std::thread> threads;
  for (std::uint8_t shard = 0; shard < shards; ++shard) {
    threads.emplace_back([&, shard] {
      for (std::uint64_t key = 0; key < keys; ++key) {
        const std::uint8_t owner = index.claim({key, key}, shard);
        if (owner == shard) ++owned;
        EXPECT_EQ(index.find({key, key}), owner);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(owned, keys);
}

}  // namespace
}  // namespace flowgate::proxy
