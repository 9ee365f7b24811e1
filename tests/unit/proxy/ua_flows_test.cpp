#include "proxy/ua_flows.h"

#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {
namespace {

using namespace std::chrono_literals;

Flow connection(std::uint16_t port) {
  return stream_flow(Protocol::tcp, 5060, "198.51.100.7", port);
}

class UaFlowsTest : public ::testing::Test {
 protected:
  void registers(const Flow& flow, bool timed = true, std::chrono::seconds duration = 3600s,
                 Dialect dialect = Dialect::rfc) {
    flows.registered(flow, dialect, timed, now, now + duration);
  }
  // What all the sweeps of one round return.
  std::vector<Flow> round() {
    std::vector<Flow> silent;
    for (unsigned sweep = 0; sweep < UaFlows::sweeps; ++sweep) {
      for (const Flow& flow : flows.sweep(now)) silent.push_back(flow);
    }
    return silent;
  }

  Instant now{1h};
  UaFlows flows{130s, 1'000'000};
  const Flow flow = connection(40001);
};

TEST_F(UaFlowsTest, AFlowIsRegisteredUntilItsRegistrationExpires) {
  EXPECT_EQ(flows.registered_over(flow, now), std::nullopt);
  registers(flow, true, 60s, Dialect::draft);
  EXPECT_EQ(flows.registered_over(flow, now + 59s), Dialect::draft);
  EXPECT_EQ(flows.registered_over(flow, now + 60s), std::nullopt);
  EXPECT_EQ(flows.registered_over(connection(40002), now), std::nullopt);
}

TEST_F(UaFlowsTest, AFlowIsRegisteredForAsLongAsTheLongestOfItsAors) {
  registers(flow, true, 600s);
  registers(flow, true, 60s);
  EXPECT_EQ(flows.registered_over(flow, now + 599s), Dialect::rfc);
}

// RFC 5626 §5.4: "the server MUST wait for an amount of time larger than the Flow-Timer in order to have a
// grace period to account for transport delay."
TEST_F(UaFlowsTest, AFlowIsGoneWhenNothingWasHeardForLongerThanTheSilence) {
  registers(flow);
  EXPECT_FALSE(flows.is_gone(flow, now + 130s));
  EXPECT_TRUE(flows.is_gone(flow, now + 131s));
  flows.heard(flow, now + 100s);
  EXPECT_FALSE(flows.is_gone(flow, now + 230s));
  EXPECT_TRUE(flows.is_gone(flow, now + 231s));
}

TEST_F(UaFlowsTest, AFlowWhoseUaWasGivenNoFlowTimerIsNeverGone) {
  registers(flow, false);
  EXPECT_FALSE(flows.is_gone(flow, now + 1h));
}

// Its UA does without outbound now, or another phone was given the port of one that is gone.
TEST_F(UaFlowsTest, AFlowIsTimedWhenItsLastRegistrationIs) {
  registers(flow, true);
  registers(flow, false);
  EXPECT_FALSE(flows.is_gone(flow, now + 1h));
  registers(flow, true);
  EXPECT_TRUE(flows.is_gone(flow, now + 131s));
}

TEST_F(UaFlowsTest, AFlowThatIsNotKnownIsNotGone) {
  flows.heard(flow, now);
  EXPECT_FALSE(flows.is_gone(flow, now + 1h));
  EXPECT_EQ(flows.size(), 0U);
}

// Shards hear in their own time: what is older does not undo what is newer.
TEST_F(UaFlowsTest, AFlowWasHeardWhenItWasHeardLast) {
  registers(flow);
  flows.heard(flow, now + 100s);
  flows.heard(flow, now + 1s);
  EXPECT_FALSE(flows.is_gone(flow, now + 230s));
}

TEST_F(UaFlowsTest, AFlowThatIsClosedIsForgotten) {
  registers(flow);
  flows.forget(flow);
  EXPECT_EQ(flows.registered_over(flow, now), std::nullopt);
  EXPECT_EQ(flows.size(), 0U);
}

TEST_F(UaFlowsTest, ASweepTellsOfASilentFlowOnce) {
  registers(flow);
  registers(connection(40002), false);
  EXPECT_TRUE(round().empty());
  now += 131s;
  EXPECT_EQ(round(), std::vector<Flow>{flow});
  EXPECT_TRUE(round().empty());
}

TEST_F(UaFlowsTest, ASweepTellsOfAFlowThatFallsSilentAgain) {
  registers(flow);
  now += 131s;
  EXPECT_EQ(round().size(), 1U);
  flows.heard(flow, now);
  EXPECT_TRUE(round().empty());
  now += 131s;
  EXPECT_EQ(round().size(), 1U);
}

TEST_F(UaFlowsTest, ASweepForgetsWhatHasLapsed) {
  for (std::uint16_t port = 40001; port <= 40200; ++port)
    registers(connection(port), true, port % 2 ? 60s : 600s);
  EXPECT_EQ(flows.size(), 200U);
  now += 61s;
  EXPECT_TRUE(round().empty());
  EXPECT_EQ(flows.size(), 100U);
  EXPECT_EQ(flows.registered_over(connection(40002), now), Dialect::rfc);
}

// Registrations are cheap to make: what they take here is bounded, and those beyond count as alive.
TEST_F(UaFlowsTest, FlowsBeyondTheLimitAreNotRemembered) {
  UaFlows few{130s, 64};
  for (std::uint16_t port = 1; port <= 10'000; ++port)
    few.registered(connection(port), Dialect::rfc, true, now, now + 1h);
  EXPECT_LE(few.size(), 64U);
  EXPECT_GE(few.size(), 32U);
  unsigned gone = 0;
  for (std::uint16_t port = 1; port <= 10'000; ++port)
    gone += few.is_gone(connection(port), now + 131s) ? 1 : 0;
  EXPECT_EQ(gone, few.size());
}

}  // namespace
}  // namespace flowgate::proxy
