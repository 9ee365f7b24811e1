// Subscriptions to registrations, from the SUBSCRIBE to their end: RFC 6665 §4.2.1, RFC 3680 §4.
#include "callflow/reg_event.h"

namespace flowgate::test {
namespace {

// RFC 6665 §4.2.1.1 and §4.2.1.2; RFC 3680 §4.4 and §5.
TEST_F(RegEvent, ASubscriptionIsAcceptedAndToldTheFullStateAtOnce) {
  alice.is_registered();
  alice.sends(subscribes(alice));
  const Packet accepted = alice.receives("SIP/2.0 200");
  EXPECT_EQ(accepted.header("Expires"), "3761");
  EXPECT_THAT(accepted.header("Contact"),
              ::testing::MatchesRegex("<sip:reg-00-[0-9a-f]+@203.0.113.1:5060;gr>"));
  const Packet notify = alice.receives("NOTIFY " + alice.contact());
  EXPECT_EQ(notify.header("From"), accepted.header("To"));
  EXPECT_EQ(notify.header("To"), accepted.header("From"));
  EXPECT_EQ(notify.header("Call-ID"), accepted.header("Call-ID"));
  EXPECT_EQ(notify.header("CSeq"), "1 NOTIFY");
  EXPECT_EQ(notify.header("Contact"), accepted.header("Contact"));
  EXPECT_EQ(notify.header("Event"), "reg");
  EXPECT_EQ(notify.header("Subscription-State"), "active;expires=3761");
  EXPECT_EQ(notify.header("Content-Type"), "application/reginfo+xml");
  EXPECT_EQ(notify.header("Content-Length"), std::to_string(notify.body().size()));
  EXPECT_EQ(summary(notify), "full 0 active, active registered");
  EXPECT_EQ(attribute(notify, "registration", "aor"), "sip:alice@example.com");
  EXPECT_THAT(notify.body(), HasSubstr("<uri>" + alice.contact() + "</uri>"));
}

TEST_F(RegEvent, ANotifyIsRepeatedUntilItIsAnswered) {
  alice.is_registered();
  alice.sends(subscribes(alice));
  alice.receives("SIP/2.0 200");
  const Packet notify = alice.receives("NOTIFY");
  edge.passes(500ms);
  EXPECT_EQ(alice.receives("NOTIFY").text(), notify.text());
  alice.sends(alice.answers(notify, 200));
  edge.passes(10s);
  alice.receives_nothing();
}

// RFC 6665 §4.2.1.4
TEST_F(RegEvent, ARefreshProlongsTheSubscriptionAndIsToldTheFullStateAtOnce) {
  alice.is_registered();
  Dialog dialog = watches(alice, {"Expires: 600"});
  edge.passes(1s);
  alice.sends(alice.within(dialog, "SUBSCRIBE", reg({"Expires: 700", "Contact: <" + alice.contact() + ">"})));
  const Packet accepted = alice.receives("SIP/2.0 200");
  EXPECT_EQ(accepted.header("Expires"), "700");
  EXPECT_EQ(uri_in(accepted.header("Contact")), dialog.target);
  const Packet notify = takes_notify(alice);
  EXPECT_EQ(notify.header("Subscription-State"), "active;expires=700");
  EXPECT_EQ(summary(notify), "full 1 active, active registered");
  edge.passes(699s);
  alice.receives_nothing();
  edge.passes(1s);
  alice.receives("NOTIFY");
}

// "the "Subscription-State" header field SHOULD contain a "reason=timeout" parameter."
TEST_F(RegEvent, ASubscriptionThatIsNotRefreshedEndsWithANotify) {
  alice.is_registered();
  Dialog dialog = watches(alice, {"Expires: 600"});
  edge.passes(600s);
  const Packet notify = takes_notify(alice);
  EXPECT_EQ(notify.header("Subscription-State"), "terminated;reason=timeout");
  EXPECT_EQ(edge.core().subscriptions(), 0U);
  alice.sends(alice.within(dialog, "SUBSCRIBE", reg({"Contact: <" + alice.contact() + ">"})));
  alice.receives("SIP/2.0 481");
}

TEST_F(RegEvent, ASubscriptionIsEndedByExpires0) {
  alice.is_registered();
  Dialog dialog = watches(alice);
  alice.sends(alice.within(dialog, "SUBSCRIBE", reg({"Expires: 0", "Contact: <" + alice.contact() + ">"})));
  EXPECT_EQ(alice.receives("SIP/2.0 200").header("Expires"), "0");
  const Packet notify = takes_notify(alice);
  EXPECT_EQ(notify.header("Subscription-State"), "terminated;reason=timeout");
  EXPECT_EQ(summary(notify), "full 1 active, active registered");
  desk.is_registered();
  edge.passes(1min);
  alice.receives_nothing();
  EXPECT_EQ(edge.core().subscriptions(), 0U);
}

// RFC 6665 §4.4.3: "an immediate fetch without a persistent subscription may be effected by sending a
// SUBSCRIBE with an "Expires" of 0."
TEST_F(RegEvent, AFetchIsToldTheFullStateOnce) {
  alice.is_registered();
  alice.sends(subscribes(alice, {"Expires: 0"}));
  EXPECT_EQ(alice.receives("SIP/2.0 200").header("Expires"), "0");
  const Packet notify = takes_notify(alice);
  EXPECT_EQ(notify.header("Subscription-State"), "terminated;reason=timeout");
  EXPECT_EQ(summary(notify), "full 0 active, active registered");
  EXPECT_EQ(edge.core().subscriptions(), 0U);
  edge.passes(1min);
  alice.receives_nothing();
  EXPECT_EQ(edge.core().transactions(), 0U);
}

TEST_F(RegEvent, MoreThanTheLongestDurationIsCutToThat) {
  alice.is_registered();
  alice.sends(subscribes(alice, {"Expires: 100000"}));
  EXPECT_EQ(alice.receives("SIP/2.0 200").header("Expires"), "7200");
}

// RFC 6665 §4.4.4: "Any user agent that can act as a notifier for one or more event packages SHOULD include
// an appropriate "Allow-Events" header field".
TEST_F(RegEvent, ThatThereAreSubscriptionsShowsInTheAnswerToOptions) {
  alice.sends(alice.opens("OPTIONS", "sip:example.com"));
  EXPECT_EQ(alice.receives("SIP/2.0 200").header("Allow-Events"), "reg");
}

// RFC 6665 §4.5.2: the id "MUST also be present in all corresponding NOTIFY requests".
TEST_F(RegEvent, TheEventIsRepeatedWithItsId) {
  alice.is_registered();
  alice.sends(replaced(subscribes(alice), "Event: reg", "o: reg;x=y;id=8h7"));
  alice.receives("SIP/2.0 200");
  EXPECT_EQ(alice.receives("NOTIFY").header("Event"), "reg;id=8h7");
}

}  // namespace
}  // namespace flowgate::test
