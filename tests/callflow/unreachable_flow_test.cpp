// An ICMP error for a UDP flow: RFC 5626 §7, draft-ietf-sip-outbound-00 §5.2, RFC 3261 §18.4.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class UnreachableFlow : public ::testing::Test {
 protected:
  explicit UnreachableFlow(unsigned shards = 1) : edge({}, {}, {}, {}, {}, shards) {
    second.is_the_device_of(first);
    second.is_registered(2);
    edge.passes(1s);
    first.is_registered(1);
  }
  // Another line of bob's, over the first flow.
  void registers_line() {
    first.sends(replaced(first.registers(first.outbound_params(1)), "To: <sip:bob@", "To: <sip:office@"));
    first.receives("SIP/2.0 200");
  }

  Edge edge;
  Phone& alice = edge.tcp("alice", "198.51.100.1:40001");
  Phone& first = edge.udp("bob", "198.51.100.2:40002");
  Phone& second = edge.udp("bob", "198.51.100.2:40003");
};

class UnreachableFlowOfTwoShards : public UnreachableFlow {
 protected:
  UnreachableFlowOfTwoShards() : UnreachableFlow(2) {}
};

// RFC 5626 §7: "receiving a destination unreachable ICMP error on a UDP flow".
TEST_F(UnreachableFlow, LosesTheBindingsOfAllAors) {
  registers_line();
  ASSERT_EQ(edge.location().size(), 3U);
  alice.sends(alice.opens("MESSAGE", "sip:office@example.com"));
  first.receives("MESSAGE");
  edge.icmp_says_unreachable(first);
  alice.receives("SIP/2.0 480");
  EXPECT_EQ(edge.location().size(), 1U);
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  second.receives("MESSAGE");
  first.receives_nothing();
}

TEST_F(UnreachableFlow, HandsTheCallToTheNextFlowInTheSameInstant) {
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  alice.receives("SIP/2.0 100");
  first.receives("INVITE");
  second.receives_nothing();
  edge.icmp_says_unreachable(first);
  second.sends(second.answers(second.receives("INVITE " + second.contact()), 200));
  alice.receives("SIP/2.0 200");
  edge.passes(1min);
  first.receives_nothing();
}

TEST_F(UnreachableFlow, FailsTheCallWhenItIsTheLast) {
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  alice.receives("SIP/2.0 100");
  edge.icmp_says_unreachable(first);
  second.receives("INVITE");
  edge.icmp_says_unreachable(second);
  alice.receives("SIP/2.0 480");
  EXPECT_EQ(edge.location().size(), 0U);
}

// Whoever guesses the addresses of a flow can forge the error, so it counts only when something was sent that
// it could be about.
TEST_F(UnreachableFlow, IsNotBelievedInWhenNothingWasSentThere) {
  edge.icmp_says_unreachable(first);
  EXPECT_EQ(edge.location().size(), 2U);
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  first.sends(first.answers(first.receives("MESSAGE"), 200));
  alice.receives("SIP/2.0 200");
}

TEST_F(UnreachableFlow, IsNotBelievedInWhenTheUaHasAnswered) {
  for (const char* method : {"MESSAGE", "INVITE"}) {
    alice.sends(alice.opens(method, "sip:bob@example.com"));
    first.sends(first.answers(first.receives(method), 486));
  }
  first.receives("ACK");
  edge.icmp_says_unreachable(first);
  EXPECT_EQ(edge.location().size(), 2U);
  edge.passes(1min);
  EXPECT_EQ(edge.core().transactions(), 0U);
}

TEST_F(UnreachableFlow, IsNotBelievedInForWhatWentToAnother) {
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  first.receives("MESSAGE");
  edge.icmp_says_unreachable(second);
  EXPECT_EQ(edge.location().size(), 2U);
  second.receives_nothing();
  alice.receives_nothing();
}

// RFC 5626 §6: it may come back, as after a NAT or a phone has restarted.
TEST_F(UnreachableFlow, IsReachedAgainOnceItHasRegistered) {
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  first.receives("MESSAGE");
  edge.icmp_says_unreachable(first);
  second.sends(second.answers(second.receives("MESSAGE"), 200));
  alice.receives("SIP/2.0 200");
  edge.passes(1s);
  first.is_registered(1);
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  first.receives("MESSAGE");
}

// RFC 5626 §5.3.1: "If the flow in the flow token no longer exists, the proxy SHOULD send a 430 (Flow Failed)
// response". The bindings that use the flow go, whatever the request was for.
TEST_F(UnreachableFlow, OfATokenIs430) {
  std::string token;
  edge.tokens().mint(first.flow(), {Dialect::rfc, true}, token);
  alice.sends(alice.opens("MESSAGE", "sip:bob@192.0.2.99", {"Route: <sip:" + token + "@203.0.113.1;lr>"}));
  first.receives("MESSAGE");
  edge.icmp_says_unreachable(first);
  alice.receives("SIP/2.0 430");
  EXPECT_EQ(edge.location().size(), 1U);
}

// RFC 3263 §4.3: a transport error is one of the failures after which the next address is tried.
TEST_F(UnreachableFlow, ToANextHopIsFollowedByTheNextAddress) {
  Phone& hop = edge.udp("hop", "198.51.100.7:5060");
  Phone& next_hop = edge.udp("hop", "198.51.100.8:5060");
  edge.resolves("example.net", hop.address());
  edge.resolves("example.net", next_hop.address());
  alice.is_registered();
  alice.sends(alice.opens("MESSAGE", "sip:dora@example.net"));
  hop.receives("MESSAGE");
  edge.icmp_says_unreachable(hop);
  next_hop.sends(next_hop.answers(next_hop.receives("MESSAGE"), 200));
  alice.receives("SIP/2.0 200");
}

TEST_F(UnreachableFlowOfTwoShards, MayBeKnownToAnotherShardThanTheOneThatHasSent) {
  Phone& caller = edge.udp("carol", "198.51.100.3:40004");
  caller.arrives_at(1);
  caller.sends(caller.opens("INVITE", "sip:bob@example.com"));
  caller.receives("SIP/2.0 100");
  first.receives("INVITE");
  edge.icmp_says_unreachable(first);
  second.receives("INVITE");
  EXPECT_EQ(edge.location().size(), 1U);
}

}  // namespace
}  // namespace flowgate::test
