// Next hops that are no UAs of ours: names that resolve, addresses that do not answer. RFC 3261 §16.6 (7) and
// §16.9, RFC 3263 §4.3.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class NextHop : public ::testing::Test {
 protected:
  NextHop() { alice.is_registered(); }
  // alice calls dora; 100 comes at once, whatever has to be looked up.
  std::string alice_calls(const std::string& uri) {
    const std::string invite = alice.opens("INVITE", uri);
    alice.sends(invite);
    alice.receives("SIP/2.0 100");
    return invite;
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& first = edge.tcp("first", "198.51.100.8:5060");
  Phone& second = edge.tcp("second", "198.51.100.9:5060");
};

TEST_F(NextHop, IsTheFirstAddressThatCanBeReached) {
  edge.resolves("example.net", "198.51.100.7:5060");  // nobody listens there
  edge.resolves("example.net", "198.51.100.9:5060");
  edge.resolves("example.net", "198.51.100.8:5060");
  alice_calls("sip:dora@example.net;transport=tcp");
  second.sends(second.answers(second.receives("INVITE sip:dora@example.net;transport=tcp SIP/2.0"), 200));
  alice.receives("SIP/2.0 200");
  first.receives_nothing();
}

// §16.8: what has rung until Timer C is cancelled. That nobody answers the CANCEL is no failure of the next
// hop by RFC 3263 §4.3: the call would begin anew.
TEST_F(NextHop, IsNotTheNextAddressWhenTheFirstHasRungUntilTimerC) {
  edge.resolves("example.net", "198.51.100.8:5060");
  edge.resolves("example.net", "198.51.100.9:5060");
  alice_calls("sip:dora@example.net;transport=tcp");
  first.sends(first.answers(first.receives("INVITE"), 180));
  alice.receives("SIP/2.0 180");
  edge.passes(186s);
  first.receives("CANCEL");
  edge.passes(33s);
  second.receives_nothing();
  alice.receives("SIP/2.0 408");
}

// §16.9: a transport error is a 503, which goes upstream as a 500 (§16.7 (6)).
TEST_F(NextHop, Is500WhenNoAddressCanBeReached) {
  edge.resolves("example.net", "198.51.100.7:5060");
  alice_calls("sip:dora@example.net;transport=tcp");
  alice.receives("SIP/2.0 500");
}

TEST_F(NextHop, Is500WhenItsConnectionBreaks) {
  alice_calls("sip:dora@198.51.100.9;transport=tcp");
  second.receives("INVITE");
  edge.breaks(second);
  alice.receives("SIP/2.0 500");
}

// RFC 3261 §18: the connection was closed at the other end, or its power was cut, since the last request.
TEST_F(NextHop, IsConnectedAnewWhenItsOldConnectionBreaks) {
  alice_calls("sip:dora@198.51.100.9;transport=tcp");
  second.receives("INVITE");
  Phone& again = edge.tcp("second", "198.51.100.9:5060");
  edge.breaks(second);
  again.sends(again.answers(again.receives("INVITE"), 200));
  alice.receives("SIP/2.0 200");
}

TEST_F(NextHop, IsConnectedAnewOnce) {
  alice_calls("sip:dora@198.51.100.9;transport=tcp");
  Phone& again = edge.tcp("second", "198.51.100.9:5060");
  Phone& third = edge.tcp("second", "198.51.100.9:5060");
  edge.breaks(second);
  edge.breaks(again);
  alice.receives("SIP/2.0 500");
  third.receives_nothing();
}

// What rings is not called again.
TEST_F(NextHop, IsNotConnectedAnewWhenItHasAnswered) {
  alice_calls("sip:dora@198.51.100.9;transport=tcp");
  second.sends(second.answers(second.receives("INVITE"), 180));
  alice.receives("SIP/2.0 180");
  Phone& again = edge.tcp("second", "198.51.100.9:5060");
  edge.breaks(second);
  alice.receives("SIP/2.0 500");
  again.receives_nothing();
}

TEST_F(NextHop, OfATransportThatCannotBeOpenedIs500) {
  alice.sends(alice.opens("MESSAGE", "sip:dora@198.51.100.9;transport=ws"));
  alice.receives("SIP/2.0 500");
}

TEST_F(NextHop, MayTakeTimeToBeFound) {
  edge.resolves("example.net", "198.51.100.9:5060");
  edge.resolves_late();
  alice_calls("sip:dora@example.net;transport=tcp");
  edge.passes(2s);
  second.receives_nothing();
  edge.answers_resolver();
  second.sends(second.answers(second.receives("INVITE"), 200));
  alice.receives("SIP/2.0 200");
}

// §9.1, §16.10: there is nobody to wait for.
TEST_F(NextHop, IsNotCalledWhenTheCallIsCancelledBeforeItIsFound) {
  edge.resolves("example.net", "198.51.100.9:5060");
  edge.resolves_late();
  const std::string invite = alice_calls("sip:dora@example.net;transport=tcp");
  alice.sends(alice.cancels(invite));
  alice.receives("SIP/2.0 200");
  alice.sends(alice.acknowledges(invite, alice.receives("SIP/2.0 487")));
  edge.passes(1min);
  EXPECT_EQ(edge.core().transactions(), 0U);
  edge.answers_resolver();
  second.receives_nothing();
  alice.receives_nothing();
}

// The ACK for a 2xx, too, waits for its next hop and is answered by nobody.
TEST_F(NextHop, OfAnAckMayTakeTimeToBeFound) {
  edge.resolves("example.net", "198.51.100.9:5060");
  second.is_reached_at("sip:dora@example.net;transport=tcp");
  alice_calls("sip:dora@example.net;transport=tcp");
  second.sends(second.answers(second.receives("INVITE"), 200));
  Dialog dialog = caller_side(alice.receives("SIP/2.0 200"));
  edge.resolves_late();
  alice.sends(alice.within(dialog, "ACK"));
  second.receives_nothing();
  edge.answers_resolver();
  second.receives("ACK sip:dora@example.net;transport=tcp");
  alice.receives_nothing();
}

// RFC 3263 §4.3: "failure [...] is if the transport layer reports a failure [...] or if a 503 (Service
// Unavailable) response is received" or "the transaction layer times out".
class Failover : public NextHop {
 protected:
  Failover() {
    edge.resolves("example.net", "198.51.100.8:5060");
    edge.resolves("example.net", "198.51.100.9:5060");
  }
  void second_answers() {
    const Packet invite = second.receives("INVITE sip:dora@example.net;transport=tcp SIP/2.0");
    second.sends(second.answers(invite, 200));
    alice.receives("SIP/2.0 200");
  }
};

TEST_F(Failover, FollowsA503) {
  alice_calls("sip:dora@example.net;transport=tcp");
  first.sends(first.answers(first.receives("INVITE"), 503));
  first.receives("ACK");
  second_answers();
}

TEST_F(Failover, FollowsATimeout) {
  alice_calls("sip:dora@example.net;transport=tcp");
  first.receives("INVITE");
  edge.passes(33s);
  second_answers();
}

TEST_F(Failover, FollowsABrokenConnection) {
  alice_calls("sip:dora@example.net;transport=tcp");
  first.receives("INVITE");
  edge.breaks(first);
  second_answers();
}

// RFC 3261 §16.10: a call that was cancelled is not started anew.
TEST_F(Failover, DoesNotFollowA503ToACallThatWasCancelled) {
  const std::string invite = alice_calls("sip:dora@example.net;transport=tcp");
  const Packet received = first.receives("INVITE");
  first.sends(first.answers(received, 100));
  alice.sends(alice.cancels(invite));
  alice.receives("SIP/2.0 200");
  first.receives("CANCEL");
  first.sends(first.answers(received, 503));
  alice.receives("SIP/2.0 487");
  second.receives_nothing();
}

TEST_F(Failover, DoesNotFollowAnyOtherAnswer) {
  alice_calls("sip:dora@example.net;transport=tcp");
  first.sends(first.answers(first.receives("INVITE"), 486));
  alice.receives("SIP/2.0 486");
  second.receives_nothing();
}

TEST_F(Failover, EndsWithTheLastAddress) {
  alice_calls("sip:dora@example.net;transport=tcp");
  first.sends(first.answers(first.receives("INVITE"), 503));
  second.sends(second.answers(second.receives("INVITE"), 503));
  alice.receives("SIP/2.0 500");
}

// §16.5, §16.6 (7): what the Request-URI means is for the next hop to know when a Route leads there.
TEST_F(NextHop, OfATelUriIsThatOfItsRoute) {
  const Lines routes = {"Route: <sip:203.0.113.1;lr>", "Route: <sip:198.51.100.9;transport=tcp;lr>"};
  alice.sends(alice.opens("MESSAGE", "tel:+358-555-1234567", routes));
  const Packet message = second.receives("MESSAGE tel:+358-555-1234567 SIP/2.0");
  EXPECT_THAT(message.all("Route"), ElementsAre("<sip:198.51.100.9;transport=tcp;lr>"));
  second.sends(second.answers(message, 200));
  alice.receives("SIP/2.0 200");
}

// §16.9: there is no address in it.
TEST_F(NextHop, OfARouteThatIsNoSipUriIs500) {
  alice.sends(
      alice.opens("MESSAGE", "sip:dora@198.51.100.9;transport=tcp", {"Route: <tel:+358-555-1234567;lr>"}));
  alice.receives("SIP/2.0 500");
  second.receives_nothing();
}

// RFC 3261 §18.1.1: a request above 1300 octets goes over TCP; where that is refused, over UDP all the same.
TEST_F(NextHop, OfALongRequestIsOverTcp) {
  Phone& over_udp = edge.udp("dora", "198.51.100.9:5060");
  alice.sends(alice.opens("MESSAGE", "sip:dora@198.51.100.9", {"Subject: " + std::string(1200, 'x')}));
  EXPECT_THAT(second.receives("MESSAGE").header("Via"), StartsWith("SIP/2.0/TCP "));
  over_udp.receives_nothing();
}

// RFC 3263 §4.3: whoever does not answer over TCP, a firewall say, is not waited for with each long request.
TEST_F(NextHop, OfALongRequestIsOverUdpFirstWhereTcpHasFailed) {
  Phone& over_udp = edge.udp("dora", "198.51.100.7:5060");
  const Lines much = {"Subject: " + std::string(1200, 'x')};
  alice.sends(alice.opens("MESSAGE", "sip:dora@198.51.100.7", much));
  over_udp.receives("MESSAGE");
  Phone& over_tcp = edge.tcp("dora", "198.51.100.7:5060");
  alice.sends(alice.opens("MESSAGE", "sip:dora@198.51.100.7", much));
  over_udp.receives("MESSAGE");
  over_tcp.receives_nothing();
}

// Nobody would find the way back.
TEST_F(NextHop, OfALongRequestIsOverUdpWhereNobodyListensForTcp) {
  edge.listens_for_udp_alone();
  Phone& over_udp = edge.udp("dora", "198.51.100.9:5060");
  alice.sends(alice.opens("MESSAGE", "sip:dora@198.51.100.9", {"Subject: " + std::string(1200, 'x')}));
  EXPECT_THAT(over_udp.receives("MESSAGE").header("Via"), StartsWith("SIP/2.0/UDP "));
  second.receives_nothing();
}

TEST_F(NextHop, OfALongRequestIsOverUdpWhereTcpIsRefused) {
  Phone& over_udp = edge.udp("dora", "198.51.100.7:5060");
  alice.sends(alice.opens("MESSAGE", "sip:dora@198.51.100.7", {"Subject: " + std::string(1200, 'x')}));
  EXPECT_THAT(over_udp.receives("MESSAGE").header("Via"), StartsWith("SIP/2.0/UDP "));
}

}  // namespace
}  // namespace flowgate::test
