// What subscribers are told of changes: RFC 3680 §4.7 and §4.10, RFC 5628 §5.
#include "callflow/reg_event.h"

namespace flowgate::test {
namespace {

// RFC 3680 §4.3: "Those notifications only contain information on the contacts whose state has changed."
TEST_F(RegEvent, AChangeIsToldAsPartialStateWithTheNextVersion) {
  alice.is_registered();
  watches(alice);
  edge.passes(10s);
  desk.is_registered();
  edge.passes(1ms);
  const Packet notify = takes_notify(alice);
  EXPECT_EQ(summary(notify), "partial 1 active, active registered");
  EXPECT_THAT(notify.body(), HasSubstr("<uri>" + desk.contact() + "</uri>"));
  EXPECT_EQ(notify.header("CSeq"), "2 NOTIFY");
  EXPECT_EQ(notify.header("Subscription-State"), "active;expires=3751");
  EXPECT_EQ(attribute(notify, "registration", "id"), attribute(first, "registration", "id"));
  edge.passes(1min);
  alice.receives_nothing();
}

TEST_F(RegEvent, ARefreshIsToldWithTheSameContactId) {
  alice.is_registered();
  watches(alice);
  edge.passes(10s);
  alice.is_registered();
  edge.passes(1ms);
  const Packet notify = takes_notify(alice);
  EXPECT_EQ(summary(notify), "partial 1 active, active refreshed");
  EXPECT_EQ(attribute(notify, "contact", "id"), attribute(first, "contact", "id"));
  EXPECT_EQ(attribute(notify, "contact", "duration-registered"), "10");
  EXPECT_EQ(attribute(notify, "contact", "expires"), "3600");
}

TEST_F(RegEvent, TheLastContactThatGoesTerminatesTheRegistration) {
  alice.is_registered();
  watches(alice);
  edge.passes(10s);
  alice.sends(alice.registers(alice.outbound_params(1) + ";expires=0"));
  alice.receives("SIP/2.0 200");
  edge.passes(1ms);
  const Packet notify = takes_notify(alice);
  EXPECT_EQ(summary(notify), "partial 1 terminated, terminated unregistered");
  EXPECT_EQ(attribute(notify, "contact", "id"), attribute(first, "contact", "id"));
}

// RFC 3680 §4.7.1: terminated becomes init, and "this transition [...] MUST NOT ever be reported".
TEST_F(RegEvent, AfterThatTheRegistrationIsInItsInitialState) {
  alice.is_registered();
  Dialog dialog = watches(alice);
  edge.passes(10s);
  alice.sends(alice.registers(alice.outbound_params(1) + ";expires=0"));
  alice.receives("SIP/2.0 200");
  edge.passes(1ms);
  takes_notify(alice);
  edge.passes(1min);
  alice.receives_nothing();
  alice.sends(alice.within(dialog, "SUBSCRIBE", reg({"Expires: 0"})));
  alice.receives("SIP/2.0 200");
  EXPECT_EQ(summary(alice.receives("NOTIFY")), "full 2 init");
}

// Whether or not the location service has looked.
TEST_F(RegEvent, AContactThatIsNotRefreshedIsToldAsExpired) {
  alice.is_registered();
  desk.sends(desk.registers(";expires=100"));
  desk.receives("SIP/2.0 200");
  watches(alice);
  edge.passes(100s);
  alice.receives_nothing();
  edge.passes(1ms);
  EXPECT_EQ(summary(takes_notify(alice)), "partial 1 active, terminated expired");
  edge.sweeps_the_location_service();
  edge.passes(1min);
  alice.receives_nothing();
}

TEST_F(RegEvent, AContactWhoseConnectionBreaksIsToldAsDeactivated) {
  alice.is_registered();
  desk.is_registered();
  watches(alice);
  edge.passes(10s);
  edge.breaks(desk);
  edge.passes(1ms);
  EXPECT_EQ(summary(takes_notify(alice)), "partial 1 active, terminated deactivated");
}

TEST_F(RegEvent, AContactWhoseFlowTurnsOutToBeGoneIsToldAsDeactivated) {
  alice.is_registered();
  desk.is_registered();
  watches(alice);
  edge.passes(10s);
  edge.breaks_unseen(desk);
  Phone& bob = edge.udp("bob", "198.51.100.3:40003");
  bob.sends(bob.opens("MESSAGE", "sip:alice@example.com"));
  alice.receives("MESSAGE");
  edge.passes(1ms);
  EXPECT_EQ(summary(takes_notify(alice)), "partial 1 active, terminated deactivated");
}

// RFC 3680 §4.10: not "faster than once every 5 seconds".
TEST_F(RegEvent, ChangesWithinFiveSecondsAreToldTogether) {
  alice.is_registered();
  watches(alice);
  edge.passes(1s);
  desk.is_registered();
  edge.passes(1s);
  alice.is_registered();
  edge.passes(2999ms);
  alice.receives_nothing();
  edge.passes(1ms);
  EXPECT_EQ(summary(takes_notify(alice)), "partial 1 active, active registered, active refreshed");
  desk.is_registered();
  edge.passes(4999ms);
  alice.receives_nothing();
  edge.passes(1ms);
  EXPECT_EQ(summary(takes_notify(alice)), "partial 2 active, active refreshed");
}

TEST_F(RegEvent, ChangesWaitForTheAnswerToTheLastNotify) {
  alice.is_registered();
  alice.sends(subscribes(alice));
  alice.receives("SIP/2.0 200");
  const Packet notify = alice.receives("NOTIFY");
  desk.is_registered();
  edge.passes(10s);
  while (alice.waiting() > 0) EXPECT_EQ(alice.receives("NOTIFY").text(), notify.text());
  alice.sends(alice.answers(notify, 200));
  edge.passes(1ms);
  EXPECT_EQ(summary(alice.receives("NOTIFY")), "partial 1 active, active registered");
}

// RFC 5628 §5.
TEST_F(RegEvent, ContactsWithAnInstanceIdHaveTheirGruus) {
  const Packet registered = alice.is_registered();
  alice.is_registered();
  watches(alice);
  const std::string contact = registered.header("Contact");
  EXPECT_EQ(attribute(first, "gr:pub-gruu", "uri"), unquoted(param_of(contact, "pub-gruu")));
  EXPECT_EQ(attribute(first, "gr:temp-gruu", "first-cseq"), "1");
  EXPECT_EQ(attribute(first, "contact", "cseq"), "2");
  EXPECT_EQ(attribute(first, "contact", "callid"), Packet(alice.registers()).header("Call-ID"));
  // It works.
  Phone& bob = edge.udp("bob", "198.51.100.3:40003");
  bob.sends(bob.opens("MESSAGE", attribute(first, "gr:temp-gruu", "uri")));
  alice.receives("MESSAGE " + alice.contact());
}

// RFC 3680 §6, as far as the watcher may watch: the application is another device of the user.
TEST_F(RegEvent, TheWelcomeNoticeOfRfc3680IsSentToTheContact) {
  desk.is_registered();
  watches(desk);
  edge.passes(10s);
  alice.sends(alice.registers());
  alice.receives("SIP/2.0 200");
  edge.passes(1ms);
  const Packet notify = takes_notify(desk);
  EXPECT_EQ(summary(notify), "partial 1 active, active registered");
  EXPECT_EQ(attribute(notify, "contact", "duration-registered"), "0");
  const std::string body = notify.body();
  const auto begin = body.find("<uri>") + 5;
  const std::string uri = body.substr(begin, body.find("</uri>") - begin);
  desk.sends(desk.opens("MESSAGE", uri));
  alice.receives("MESSAGE " + alice.contact());
}

TEST_F(RegEvent, NobodyIsToldWhatNobodyWatches) {
  alice.is_registered();
  Dialog dialog = watches(alice);
  EXPECT_TRUE(edge.core().watches_registration("alice@example.com"));
  alice.sends(alice.within(dialog, "SUBSCRIBE", reg({"Expires: 0", "Contact: <" + alice.contact() + ">"})));
  EXPECT_FALSE(edge.core().watches_registration("alice@example.com"));
}

TEST_F(ShardedRegEvent, AChangeInOneShardIsToldByTheOther) {
  alice.is_registered();
  watches(alice);
  edge.passes(10s);
  desk.arrives_at(1);
  desk.is_registered();
  edge.passes(1ms);
  EXPECT_EQ(summary(takes_notify(alice)), "partial 1 active, active registered");
  edge.passes(10s);
  edge.breaks(desk);
  edge.passes(1ms);
  EXPECT_EQ(summary(takes_notify(alice)), "partial 2 active, terminated deactivated");
}

}  // namespace
}  // namespace flowgate::test
