// RFC 3263 §4.3: "the next element in the list" after a failure; and §1: the state of what failed "must
// eventually be flushed".
#include "transport/dns/set_aside.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "zone.h"

namespace flowgate::dns {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;

const Instant start{std::chrono::hours(1)};

NextHop hop(int number, Protocol protocol = Protocol::udp, std::uint16_t port = 5060) {
  return {protocol, address("192.0.2." + std::to_string(number), port), "example.com"};
}

class SetAsideTest : public ::testing::Test {
 protected:
  std::vector<NextHop> ordered(Instant now) {
    std::vector<NextHop> hops{hop(1), hop(2), hop(3)};
    set_aside.order(hops, now);
    return hops;
  }

  SetAside set_aside;
};

TEST_F(SetAsideTest, WhatFailedIsTriedBehindTheOthers) {
  set_aside.failed(hop(1), start);
  EXPECT_THAT(ordered(start), ElementsAre(hop(2), hop(3), hop(1)));
}

TEST_F(SetAsideTest, WhatFailedIsInItForAWhile) {
  set_aside.failed(hop(1), start);
  EXPECT_TRUE(set_aside.has(hop(1), start + seconds(29)));
  EXPECT_FALSE(set_aside.has(hop(1, Protocol::tcp), start));
  EXPECT_FALSE(set_aside.has(hop(1), start + seconds(30)));
}

TEST_F(SetAsideTest, AfterAWhileItIsInItsOwnPlaceAgain) {
  set_aside.failed(hop(1), start);
  EXPECT_THAT(ordered(start + seconds(29)), ElementsAre(hop(2), hop(3), hop(1)));
  EXPECT_THAT(ordered(start + seconds(30)), ElementsAre(hop(1), hop(2), hop(3)));
  EXPECT_EQ(set_aside.size(), 0U);
}

TEST_F(SetAsideTest, WhatFailsAgainStaysSetAside) {
  set_aside.failed(hop(1), start);
  set_aside.failed(hop(1), start + seconds(20));
  EXPECT_THAT(ordered(start + seconds(49)), ElementsAre(hop(2), hop(3), hop(1)));
  EXPECT_THAT(ordered(start + seconds(50)), ElementsAre(hop(1), hop(2), hop(3)));
}

TEST_F(SetAsideTest, TheOnlyNextHopStays) {
  set_aside.failed(hop(1), start);
  std::vector<NextHop> only{hop(1)};
  set_aside.order(only, start);
  EXPECT_THAT(only, ElementsAre(hop(1)));
}

TEST_F(SetAsideTest, WhenAllFailedTheirOrderIsAsItWas) {
  for (const int number : {3, 1, 2}) set_aside.failed(hop(number), start);
  EXPECT_THAT(ordered(start), ElementsAre(hop(1), hop(2), hop(3)));
}

TEST_F(SetAsideTest, OtherPortsAndProtocolsOfTheAddressAreNotMeant) {
  set_aside.failed(hop(1, Protocol::tcp), start);
  set_aside.failed(hop(1, Protocol::udp, 5070), start);
  EXPECT_THAT(ordered(start), ElementsAre(hop(1), hop(2), hop(3)));
}

TEST_F(SetAsideTest, EntriesAreBoundedAndTheOldestFailureIsForgotten) {
  SetAside small({seconds(30), 2});
  for (int number = 1; number <= 3; ++number) small.failed(hop(number), start + seconds(number));
  EXPECT_EQ(small.size(), 2U);
  std::vector<NextHop> hops{hop(3), hop(2), hop(1)};
  small.order(hops, start + seconds(3));
  EXPECT_THAT(hops, ElementsAre(hop(1), hop(3), hop(2)));
}

}  // namespace
}  // namespace flowgate::dns
