#include "conf/overload.h"

#include <gtest/gtest.h>

#include "tests/unit/conf/config_fixture.h"

namespace flowgate::conf {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct OverloadConfigTest : ConfigTest {};

TEST_F(OverloadConfigTest, ItIsWatchedForWithoutAnyConfiguration) {
  const Overload overload = loaded_with("").overload;
  EXPECT_EQ(overload.max_delay, milliseconds(30));
  EXPECT_EQ(overload.min_retry_after, seconds(5));
  EXPECT_EQ(overload.max_retry_after, seconds(60));
  EXPECT_EQ(overload.udp_buffer_bytes, 8U << 20);
}

TEST_F(OverloadConfigTest, EachKeySetsItsNumber) {
  const Overload overload = loaded_with(
                                "overload: {max_delay_ms: 0, min_retry_after: 70, max_retry_after: 90, "
                                "udp_buffer_bytes: 65536}")
                                .overload;
  EXPECT_EQ(overload.max_delay, milliseconds(0));
  EXPECT_EQ(overload.min_retry_after, seconds(70));
  EXPECT_EQ(overload.max_retry_after, seconds(90));
  EXPECT_EQ(overload.udp_buffer_bytes, 65536U);
}

TEST_F(OverloadConfigTest, ABoundOfRetryAfterMakesRoomForTheOther) {
  EXPECT_EQ(loaded_with("overload: {min_retry_after: 120}").overload.max_retry_after, seconds(120));
  EXPECT_EQ(loaded_with("overload: {max_retry_after: 2}").overload.min_retry_after, seconds(2));
}

TEST_F(OverloadConfigTest, BoundsThatContradictOneAnotherAndUnknownKeysAreRefused) {
  EXPECT_EQ(refusal_with("overload: {min_retry_after: 9, max_retry_after: 8}"),
            "flowgate.yaml:2:29: overload.min_retry_after: expected no more than max_retry_after");
  EXPECT_NE(refusal_with("overload: {min_retry_after: 0}"), "");
  EXPECT_NE(refusal_with("overload: {max_delay: 30}"), "");
  EXPECT_NE(refusal_with("overload: {udp_buffer_bytes: 1000}"), "");
}

}  // namespace
}  // namespace flowgate::conf
