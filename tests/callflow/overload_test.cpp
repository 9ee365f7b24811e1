// A shard that gets more than it can handle: what is turned away, and what never is.
#include <set>

#include "support/ladder.h"

namespace flowgate::test {
namespace {

class Overload : public ::testing::Test {
 protected:
  Overload() { bob.is_registered(); }

  void all_new_registrations_go() { edge.core().behind(200); }
  void all_registrations_go() { edge.core().behind(400); }
  void all_beginnings_go() { edge.core().behind(800); }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& bob = edge.udp("bob", "198.51.100.2:5060");
};

// RFC 3261 §21.5.4
TEST_F(Overload, ANewRegistrationIsAskedToComeBackLater) {
  all_new_registrations_go();
  alice.sends(alice.registers(alice.outbound_params(1)));
  const int after = std::stoi(alice.receives("SIP/2.0 503").header("Retry-After"));
  EXPECT_GE(after, 5);
  EXPECT_LE(after, 60);
}

TEST_F(Overload, ThoseWhoAreSentAwayTogetherComeBackAtDifferentTimes) {
  all_new_registrations_go();
  std::set<std::string> times;
  for (int i = 0; i < 40; ++i) {
    alice.sends(alice.registers(alice.outbound_params(1)));
    times.insert(alice.receives("SIP/2.0 503").header("Retry-After"));
  }
  EXPECT_GT(times.size(), 15U);
}

TEST_F(Overload, NothingIsKeptOfARequestThatIsTurnedAway) {
  edge.passes(60s);
  ASSERT_EQ(edge.core().transactions(), 0U);
  all_new_registrations_go();
  alice.sends(alice.registers(alice.outbound_params(1)));
  alice.receives("SIP/2.0 503");
  EXPECT_EQ(edge.core().transactions(), 0U);
}

TEST_F(Overload, IsOverWhenNothingWaitsAnyMore) {
  all_new_registrations_go();
  alice.sends(alice.registers(alice.outbound_params(1)));
  alice.receives("SIP/2.0 503");
  edge.core().behind(0);
  alice.is_registered();
}

TEST_F(Overload, ARefreshOverAFlowThatIsRegisteredGoesOn) {
  all_new_registrations_go();
  bob.is_registered();
}

TEST_F(Overload, ARefreshIsTurnedAwayWhenNewRegistrationsAreNotEnough) {
  all_registrations_go();
  bob.sends(bob.registers(bob.outbound_params(1)));
  EXPECT_NE(bob.receives("SIP/2.0 503").header("Retry-After"), "");
}

TEST_F(Overload, ACallBeginsWhileAllRegistrationsAreTurnedAway) {
  alice.is_registered();
  all_registrations_go();
  establish(alice, "sip:bob@example.com", bob);
}

TEST_F(Overload, ARegistrationMayAlwaysBeEnded) {
  all_beginnings_go();
  bob.sends(bob.registers(bob.outbound_params(1), {"Expires: 0"}));
  bob.receives("SIP/2.0 200");
  bob.sends(bob.registers(bob.outbound_params(1) + ";expires=0"));
  bob.receives("SIP/2.0 200");
  bob.sends(replaced(bob.registers({}, {"Expires: 0"}), "Contact: <" + bob.contact() + ">", "Contact: *"));
  bob.receives("SIP/2.0 200");
}

// One that would last, or asks, is no end.
TEST_F(Overload, WhatOnlyLooksLikeAnEndIsTurnedAway) {
  all_beginnings_go();
  bob.sends(bob.registers(bob.outbound_params(1) + ";expires=600", {"Expires: 0"}));
  bob.receives("SIP/2.0 503");
  bob.sends(bob.request("REGISTER", "sip:example.com", {"Expires: 0"}));
  bob.receives("SIP/2.0 503");
  bob.sends(bob.request("REGISTER", "sip:example.com",
                        {"Contact: <sip:a@b.invalid>;expires=0, <sip:c@d.invalid>"}));
  bob.receives("SIP/2.0 503");
}

// RFC 7339 §5.10.2: without Retry-After, for a proxy that gets one sends nothing at all for so long.
TEST_F(Overload, WhatWouldBeginADialogIsTheLastToGo) {
  alice.is_registered();
  all_beginnings_go();
  for (const char* method : {"INVITE", "MESSAGE", "SUBSCRIBE", "OPTIONS"}) {
    const std::string request = alice.opens(method, "sip:bob@example.com");
    alice.sends(request);
    EXPECT_EQ(alice.receives("SIP/2.0 503").header("Retry-After"), "") << method;
  }
  bob.receives_nothing();
}

TEST_F(Overload, ARegisterBehindAnEdgeIsToldNoTimeWhichItsEdgeWouldTakeForItself) {
  all_new_registrations_go();
  const std::string text = alice.registers(alice.outbound_params(1), {"Path: <sip:198.51.100.9;lr>"});
  alice.sends(replaced(text, "From:", "Via: SIP/2.0/UDP 192.168.0.7;branch=z9hG4bKphone\r\nFrom:"));
  EXPECT_EQ(alice.receives("SIP/2.0 503").header("Retry-After"), "");
}

TEST_F(Overload, ADialogGoesOnToItsEnd) {
  alice.is_registered();
  EstablishedCall call = establish(alice, "sip:bob@example.com", bob);
  all_beginnings_go();
  exchange(alice, call.caller, "INFO", bob);
  alice.sends(alice.within(call.caller, "INVITE"));
  const Packet again = bob.receives("INVITE");
  alice.receives("SIP/2.0 100");
  bob.sends(bob.answers(again, 200));
  alice.receives("SIP/2.0 200");
  alice.sends(alice.within(call.caller, "ACK"));
  bob.receives("ACK");
  exchange(bob, call.callee, "BYE", alice);
}

TEST_F(Overload, ACallThatRingsMayBeCancelled) {
  alice.is_registered();
  const std::string invite = alice.opens("INVITE", "sip:bob@example.com");
  alice.sends(invite);
  alice.receives("SIP/2.0 100");
  bob.sends(bob.answers(bob.receives("INVITE"), 180));
  alice.receives("SIP/2.0 180");
  all_beginnings_go();
  alice.sends(alice.cancels(invite));
  alice.receives("SIP/2.0 200");
  bob.receives("CANCEL");
}

// A transaction that there is already is no new work.
TEST_F(Overload, ARetransmissionOfWhatWasServedIsServed) {
  const std::string text = alice.registers(alice.outbound_params(1));
  alice.sends(text);
  alice.receives("SIP/2.0 200");
  all_registrations_go();
  alice.sends(text);
  alice.receives("SIP/2.0 200");
}

// RFC 7339 §5.10.1, RFC 5031
TEST_F(Overload, AnEmergencyCallIsNotTurnedAway) {
  alice.is_registered();
  all_beginnings_go();
  for (const char* uri : {"urn:service:sos", "URN:service:SOS.fire"}) {
    alice.sends(alice.opens("INVITE", uri));
    EXPECT_NE(alice.receives("SIP/2.0").status(), 503) << uri;
    alice.forgets();
  }
  alice.sends(alice.opens("INVITE", "urn:service:sosial"));
  alice.receives("SIP/2.0 503");
}

}  // namespace
}  // namespace flowgate::test
