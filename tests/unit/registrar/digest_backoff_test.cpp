#include "registrar/digest/backoff.h"

#include <gtest/gtest.h>

#include <string>

namespace flowgate::digest {
namespace {

using namespace std::chrono_literals;

struct BackoffTest : ::testing::Test {
  Backoff backoff{{3, 2, 60s, 8s, 1000}};
  Instant now{1000h};
  Endpoint home = *Endpoint::from("192.0.2.1", 5060);
  Endpoint elsewhere = *Endpoint::from("198.51.100.66", 5060);

  void fails(const Endpoint& source, std::string_view user, int times) {
    for (int i = 0; i < times; ++i) backoff.failed({source, user}, now);
  }
};

TEST_F(BackoffTest, AFewFailuresCostNothing) {
  fails(home, "alice", 2);
  EXPECT_EQ(backoff.wait({home, "alice"}, now), 0s);
}

TEST_F(BackoffTest, AUsersWaitDoublesUpToItsBound) {
  for (const auto wait : {1s, 2s, 4s, 8s, 8s}) {
    fails(elsewhere, "alice", wait == 1s ? 3 : 1);
    EXPECT_EQ(backoff.wait({home, "alice"}, now), wait);
  }
  EXPECT_EQ(backoff.wait({home, "bob"}, now), 0s);
  EXPECT_EQ(backoff.wait({home, "alice"}, now + 7500ms), 1s);
  EXPECT_EQ(backoff.wait({home, "alice"}, now + 8s), 0s);
}

TEST_F(BackoffTest, AnAddressWaitsForWhomeverItTries) {
  for (const char* user : {"a", "b", "c", "d", "e"}) fails(elsewhere, user, 1);
  EXPECT_EQ(backoff.wait({elsewhere, "alice"}, now), 2s);
  EXPECT_EQ(backoff.wait({home, "alice"}, now), 0s);
  fails(elsewhere, "f", 100);
  EXPECT_EQ(backoff.wait({elsewhere, "alice"}, now), 60s);
}

TEST_F(BackoffTest, AUserIsNotLockedOutOfWhereHeWasLetIn) {
  backoff.succeeded({home, "alice"}, now);
  fails(elsewhere, "alice", 10);
  EXPECT_EQ(backoff.wait({home, "alice"}, now), 0s);
  EXPECT_GT(backoff.wait({elsewhere, "alice"}, now), 0s);
}

TEST_F(BackoffTest, ANeighbourWhoFailsDoesNotLockAUserOutOfWhereHeWasLetIn) {
  backoff.succeeded({home, "alice"}, now);
  fails(home, "bob", 10);
  EXPECT_EQ(backoff.wait({home, "alice"}, now), 0s);
  EXPECT_EQ(backoff.wait({home, "carol"}, now), 60s);
  // When it is alice's password that is guessed there, that is slowed down all the same.
  fails(home, "alice", 5);
  EXPECT_EQ(backoff.wait({home, "alice"}, now), 4s);
  fails(home, "alice", 5);
  EXPECT_EQ(backoff.wait({home, "alice"}, now), 8s);
}

TEST_F(BackoffTest, ASuccessDoesNotForgiveFailures) {
  fails(elsewhere, "alice", 10);
  const auto wait = backoff.wait({elsewhere, "bob"}, now);
  backoff.succeeded({elsewhere, "mallory"}, now);
  EXPECT_EQ(backoff.wait({elsewhere, "bob"}, now), wait);
}

TEST_F(BackoffTest, AllOfAnIpv6NetworkAreOneSource) {
  fails(*Endpoint::from("2001:db8:1:2::1", 1), "a", 4);
  EXPECT_GT(backoff.wait({*Endpoint::from("2001:db8:1:2:ffff::9", 2), "b"}, now), 0s);
  EXPECT_EQ(backoff.wait({*Endpoint::from("2001:db8:1:3::1", 1), "b"}, now), 0s);
}

TEST_F(BackoffTest, AllIsForgottenAfterAQuietWhile) {
  fails(elsewhere, "alice", 20);
  now += Backoff::quiet + 1s;
  EXPECT_EQ(backoff.wait({elsewhere, "alice"}, now), 0s);
  fails(elsewhere, "alice", 1);
  EXPECT_EQ(backoff.wait({elsewhere, "alice"}, now), 0s);
}

// Of a table of 1000.
TEST_F(BackoffTest, AFloodOfNamesDoesNotWashAwayWhoFailedMostOften) {
  fails(elsewhere, "alice", 10);
  for (int i = 0; i < 20'000; ++i) {
    const std::string name = "user" + std::to_string(i);
    const std::string address = "203.0." + std::to_string(i / 250 % 250) + "." + std::to_string(i % 250);
    backoff.failed({*Endpoint::from(address, 1), name}, now);
  }
  EXPECT_EQ(backoff.wait({home, "alice"}, now), 8s);
  EXPECT_EQ(backoff.wait({elsewhere, "bob"}, now), 60s);
}

}  // namespace
}  // namespace flowgate::digest
