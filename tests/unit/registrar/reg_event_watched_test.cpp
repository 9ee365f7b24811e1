#include "registrar/reg_event/watched.h"

#include <gtest/gtest.h>

#include <string>

namespace flowgate::reg_event {
namespace {

TEST(RegEventWatched, AnAorIsWatchedUntilAllHaveLost) {
  Watched watched;
  EXPECT_FALSE(watched.has("alice@example.com"));
  watched.add("alice@example.com");
  watched.add("alice@example.com");
  watched.remove("alice@example.com");
  EXPECT_TRUE(watched.has("alice@example.com"));
  watched.remove("alice@example.com");
  EXPECT_FALSE(watched.has("alice@example.com"));
}

TEST(RegEventWatched, FewOthersAreTakenForOnesThatAreWatched) {
  Watched watched;
  for (int i = 0; i < 40; ++i) watched.add("watched" + std::to_string(i) + "@example.com");
  int mistaken = 0;
  for (int i = 0; i < 1000; ++i)
    mistaken += watched.has("other" + std::to_string(i) + "@example.com") ? 1 : 0;
  EXPECT_LT(mistaken, 100);  // 40 of 4096 buckets: ten, more or less
}

}  // namespace
}  // namespace flowgate::reg_event
