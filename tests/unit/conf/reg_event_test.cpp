#include "conf/reg_event.h"

#include <gtest/gtest.h>

#include "tests/unit/conf/config_fixture.h"

namespace flowgate::conf {
namespace {

using std::chrono::seconds;

struct RegEventConfigTest : ConfigTest {};

TEST_F(RegEventConfigTest, SubscriptionsLastFromAMinuteToTwoHours) {
  const Config config = loaded_with("");
  EXPECT_EQ(config.reg_event.min_expires, seconds(60));
  EXPECT_EQ(config.reg_event.max_expires, seconds(7200));
  EXPECT_EQ(config.limits.subscriptions, 10'000U);
  EXPECT_EQ(config.limits.subscriptions_per_aor, 16U);
}

TEST_F(RegEventConfigTest, ABoundMakesRoomForTheOther) {
  EXPECT_EQ(loaded_with("reg_event: {max_expires: 30}").reg_event.min_expires, seconds(30));
  EXPECT_EQ(loaded_with("reg_event: {min_expires: 9000}").reg_event.max_expires, seconds(9000));
  const Config config = loaded_with(
      "reg_event: {min_expires: 0, max_expires: 600}\nlimits: {subscriptions: 5, subscriptions_per_aor: 2}");
  EXPECT_EQ(config.reg_event.min_expires, seconds(0));
  EXPECT_EQ(config.reg_event.max_expires, seconds(600));
  EXPECT_EQ(config.limits.subscriptions, 5U);
  EXPECT_EQ(config.limits.subscriptions_per_aor, 2U);
}

TEST_F(RegEventConfigTest, BoundsThatContradictOneAnotherAreRefused) {
  EXPECT_EQ(refusal_with("reg_event: {min_expires: 601, max_expires: 600}"),
            "flowgate.yaml:2:26: reg_event.min_expires: expected no more than max_expires");
  EXPECT_NE(refusal_with("reg_event: {max_expires: 0}"), "");
  EXPECT_NE(refusal_with("limits: {subscriptions: 0}"), "");
  EXPECT_NE(refusal_with("reg_event: {rate: 5}"), "");
}

}  // namespace
}  // namespace flowgate::conf
