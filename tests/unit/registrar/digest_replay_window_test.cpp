#include "registrar/digest/replay_window.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace flowgate::digest {
namespace {

using namespace std::chrono_literals;

const WallTime start{1000h};

// In one stripe, when `id` is small.
Nonce nonce(std::uint64_t id, std::chrono::milliseconds after = 1s) {
  return {id, start + after};
}

TEST(ReplayWindow, TakesEachCountOnceInAnyOrder) {
  ReplayWindow window(6400, 300s, start);
  for (const std::uint32_t count : {1U, 2U, 5U, 3U, 70U, 69U, 7U})
    EXPECT_TRUE(window.take(nonce(1), count, start));
  for (const std::uint32_t count : {1U, 2U, 5U, 3U, 70U, 69U, 7U})
    EXPECT_FALSE(window.take(nonce(1), count, start)) << count;
  EXPECT_TRUE(window.take(nonce(1), 4294967295U, start));
  EXPECT_TRUE(window.take(nonce(1), 4294967231U, start));
  EXPECT_FALSE(window.take(nonce(1), 4294967231U, start));
}

TEST(ReplayWindow, CountsFarBehindCountAsUsed) {
  ReplayWindow window(6400, 300s, start);
  EXPECT_TRUE(window.take(nonce(1), 100, start));
  EXPECT_FALSE(window.take(nonce(1), 35, start));
  EXPECT_TRUE(window.take(nonce(1), 36, start));
  EXPECT_TRUE(window.take(nonce(1), 164, start));
  EXPECT_FALSE(window.take(nonce(1), 100, start));
  EXPECT_TRUE(window.take(nonce(1), 101, start));
}

TEST(ReplayWindow, NoncesFromBeforeTheStartAreUnusable) {
  ReplayWindow window(6400, 300s, start);
  EXPECT_FALSE(window.take(nonce(1, -1ms), 1, start));
  EXPECT_TRUE(window.take(nonce(2, 0ms), 1, start));
}

// Two to a stripe.
TEST(ReplayWindow, WhatIsForgottenCannotBeUsedAgain) {
  ReplayWindow window(128, 300s, start);
  EXPECT_TRUE(window.take(nonce(1, 10s), 1, start));
  EXPECT_TRUE(window.take(nonce(2, 20s), 1, start));
  EXPECT_TRUE(window.take(nonce(3, 30s), 1, start));
  EXPECT_EQ(window.size(), 2U);
  EXPECT_FALSE(window.take(nonce(1, 10s), 1, start));
  EXPECT_FALSE(window.take(nonce(1, 10s), 2, start));
  EXPECT_FALSE(window.take(nonce(4, 9s), 1, start));
  EXPECT_TRUE(window.take(nonce(3, 30s), 2, start));
  EXPECT_TRUE(window.take(nonce(5, 21s), 1, start));
}

TEST(ReplayWindow, ExpiredNoncesMakeRoom) {
  ReplayWindow window(6400, 300s, start);
  for (std::uint64_t id = 1; id <= 100; ++id) EXPECT_TRUE(window.take(nonce(id), 1, start));
  EXPECT_TRUE(window.take(nonce(200, 400s), 1, start + 400s));
  EXPECT_EQ(window.size(), 1U);
}

TEST(ReplayWindow, OfManyThreadsOneHasACount) {
  ReplayWindow window(6400, 300s, start);
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (std::uint32_t count = 1; count <= 1000; ++count) {
        if (window.take(nonce(1), count, start)) ++taken;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, 1000);
}

}  // namespace
}  // namespace flowgate::digest
