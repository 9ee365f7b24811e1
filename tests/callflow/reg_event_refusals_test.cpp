// SUBSCRIBEs that are refused, and NOTIFYs that fail: RFC 6665 §4.2.1 and §4.2.2, RFC 3680 §4.6.
#include "callflow/reg_event.h"

namespace flowgate::test {
namespace {

TEST_F(RegEvent, ADurationThatIsTooBriefIsAnswered423) {
  alice.is_registered();
  alice.sends(subscribes(alice, {"Expires: 59"}));
  EXPECT_EQ(alice.receives("SIP/2.0 423").header("Min-Expires"), "60");
  alice.receives_nothing();
}

// RFC 3680 §4.5: Accept "MUST include "application/reginfo+xml"".
TEST_F(RegEvent, ASubscriberThatDoesNotAcceptTheDocumentIsAnswered406) {
  alice.is_registered();
  const std::string subscribe = subscribes(alice);
  alice.sends(replaced(subscribe, "application/reginfo+xml", "application/pidf+xml, text/*;q=0.1"));
  EXPECT_EQ(alice.receives("SIP/2.0 406").header("Accept"), "application/reginfo+xml");
  for (const std::string range :
       {"application/pidf+xml, Application/RegInfo+XML;q=0.5", "application/*", "*/*"}) {
    alice.sends(replaced(subscribes(alice), "application/reginfo+xml", range));
    alice.receives("SIP/2.0 200");
    takes_notify(alice);
  }
  alice.sends(replaced(subscribes(alice), "Accept: application/reginfo+xml\r\n", ""));
  alice.receives("SIP/2.0 200");
}

// Events that are the UA's affair.
TEST_F(RegEvent, ASubscriptionToAnotherEventGoesToTheUa) {
  alice.is_registered();
  Phone& bob = edge.udp("bob", "198.51.100.3:40003");
  for (const std::string event : {"Event: presence", "Event: registration", "X-Event: reg"}) {
    bob.sends(bob.opens("SUBSCRIBE", "sip:alice@example.com", {event}));
    alice.receives("SUBSCRIBE " + alice.contact());
  }
  const std::string gruu = "sip:alice@example.com;gr=" + alice.instance();
  bob.sends(bob.opens("SUBSCRIBE", gruu, {"Event: reg"}));
  alice.receives("SUBSCRIBE " + alice.contact());
}

// RFC 6665 §4.2.1.1
TEST_F(RegEvent, ASubscriptionToTheDomainIsAnswered489UnlessTheEventIsKnown) {
  alice.is_registered();
  alice.sends(alice.opens("SUBSCRIBE", "sip:example.com", {"Event: presence"}));
  EXPECT_EQ(alice.receives("SIP/2.0 489").header("Allow-Events"), "reg");
  alice.sends(alice.opens("SUBSCRIBE", "sip:203.0.113.1", {"Event: presence"}));
  alice.receives("SIP/2.0 489");
  alice.sends(alice.opens("SUBSCRIBE", "sip:example.com", {"Event: reg"}));
  alice.receives("SIP/2.0 404");
}

// RFC 3680 §4.6; RFC 6665 §4.2.1.3.
TEST_F(RegEvent, OnlyThoseWhoHaveRegisteredTheAorOverTheirFlowMayWatchIt) {
  alice.is_registered();
  Phone& bob = edge.udp("bob", "198.51.100.3:40003");
  bob.is_registered();
  Phone& elsewhere = edge.udp("alice", "198.51.100.1:40009");
  for (Phone* stranger : {&bob, &elsewhere}) {
    stranger->sends(stranger->opens("SUBSCRIBE", "sip:alice@example.com", reg()));
    stranger->receives("SIP/2.0 403");
  }
  // Somebody behind a proxy that happens to have the flow.
  const std::string subscribe = subscribes(alice);
  alice.sends(
      replaced(subscribe, "Max-Forwards", "Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK-behind\r\nMax-Forwards"));
  alice.receives("SIP/2.0 403");
  edge.passes(1h);
  alice.sends(subscribes(alice));  // the registration has expired
  alice.receives("SIP/2.0 403");
  EXPECT_EQ(edge.core().subscriptions(), 0U);
}

TEST_F(RegEvent, AMalformedSubscriptionIsRefused) {
  alice.is_registered();
  const auto refused = [this](const std::string& text, std::string_view status) {
    alice.sends(text);
    alice.receives("SIP/2.0 " + std::string(status));
    alice.receives_nothing();
  };
  refused(subscribes(alice, {"Expires: soon"}), "400");
  refused(subscribes(alice, {"Require: eventlist"}), "420");
  refused(subscribes(alice, {"Contact: <sip:other@192.0.2.9>"}), "400");
  refused(replaced(subscribes(alice), "Contact: <", "X: <"), "400");
  refused(replaced(subscribes(alice), "Contact: <", "Contact: <tel:+1>\r\nX: <"), "400");
  const std::string subscribe = subscribes(alice);
  const std::string tag = ";tag=" + param_of(Packet(subscribe).header("From"), "tag");
  refused(replaced(subscribe, tag, ""), "400");
  refused(subscribes(alice, {"Record-Route: sip:not-bracketed.example.org;lr"}), "400");
  refused(subscribes(alice, {"Record-Route: <sip:p" + std::string(9000, 'x') + "@192.0.2.9;lr>"}), "400");
  refused(replaced(subscribes(alice), "To: <sip:alice@example.com>", "To: <sip:alice@example.com>;tag=gone"),
          "481");
  Lines routes;
  for (int i = 0; i < 9; ++i)
    routes.push_back("Record-Route: <sip:" + std::string(1000, 'x') + "@192.0.2.9;lr>");
  refused(subscribes(alice, routes), "513");
  EXPECT_EQ(edge.core().subscriptions(), 0U);
}

// RFC 6665 §4.2.2
TEST_F(RegEvent, ANotifyThatFailsForGoodEndsTheSubscription) {
  for (const int status : {404, 405, 408, 410, 416, 430, 480, 481, 482, 483, 484, 485, 489, 501, 604}) {
    alice.is_registered();
    alice.sends(subscribes(alice));
    alice.receives("SIP/2.0 200");
    alice.sends(alice.answers(alice.receives("NOTIFY"), status));
    EXPECT_EQ(edge.core().subscriptions(), 0U) << status;
  }
  edge.passes(1h);
  alice.receives_nothing();
}

TEST_F(RegEvent, ANotifyThatFailsForNowIsMadeUpForByTheFullState) {
  alice.is_registered();
  alice.sends(subscribes(alice));
  alice.receives("SIP/2.0 200");
  alice.sends(alice.answers(alice.receives("NOTIFY"), 500));
  EXPECT_EQ(edge.core().subscriptions(), 1U);
  edge.passes(1min);
  alice.receives_nothing();
  desk.is_registered();
  edge.passes(1ms);
  EXPECT_EQ(summary(takes_notify(alice)), "full 1 active, active registered, active registered");
}

// RFC 6665 §4.2.2: "If the NOTIFY request fails due to expiration of SIP Timer F (transaction timeout), the
// notifier SHOULD remove the subscription."
TEST_F(RegEvent, ANotifyThatIsNeverAnsweredEndsTheSubscription) {
  alice.is_registered();
  alice.sends(subscribes(alice));
  edge.passes(31'999ms);
  EXPECT_EQ(edge.core().subscriptions(), 1U);
  edge.passes(1ms);
  EXPECT_EQ(edge.core().subscriptions(), 0U);
  edge.passes(1min);
  EXPECT_EQ(edge.core().transactions(), 0U);
}

TEST_F(RegEvent, ABrokenConnectionEndsTheSubscription) {
  desk.is_registered();
  watches(desk);
  edge.breaks(desk);
  edge.passes(5s);
  EXPECT_EQ(edge.core().subscriptions(), 0U);
}

TEST_F(RegEvent, AConnectionThatBreaksBeforeTheAnswerEndsTheSubscription) {
  desk.is_registered();
  desk.sends(subscribes(desk));
  desk.receives("SIP/2.0 200");
  edge.breaks(desk);
  EXPECT_EQ(edge.core().subscriptions(), 0U);
}

// RFC 3261 §8.2.2.2
TEST_F(RegEvent, TheSameSubscribeByAnotherWayIsAnswered482) {
  alice.is_registered();
  const std::string subscribe = subscribes(alice);
  alice.sends(subscribe);
  alice.receives("SIP/2.0 200");
  takes_notify(alice);
  alice.sends(replaced(subscribe, "branch=z9hG4bK", "branch=z9hG4bKother"));
  alice.receives("SIP/2.0 482");
  EXPECT_EQ(edge.core().subscriptions(), 1U);
}

TEST_F(RegEvent, ARequestInTheDialogThatIsOutOfOrderIsRefused) {
  alice.is_registered();
  Dialog dialog = watches(alice);
  dialog.cseq = 0;
  alice.sends(alice.within(dialog, "SUBSCRIBE", reg({"Contact: <" + alice.contact() + ">"})));
  alice.receives("SIP/2.0 500");
  EXPECT_EQ(edge.core().subscriptions(), 1U);
}

TEST_F(RegEvent, ARequestThatIsNotOfTheDialogIsAnswered481) {
  alice.is_registered();
  const Dialog dialog = watches(alice);
  Dialog other = dialog;
  other.call_id = "another";
  alice.sends(alice.within(other, "SUBSCRIBE", reg({"Contact: <" + alice.contact() + ">"})));
  alice.receives("SIP/2.0 481");
  other = dialog;
  other.local = replaced(other.local, "tag=", "tag=x");
  alice.sends(alice.within(other, "SUBSCRIBE", reg({"Contact: <" + alice.contact() + ">"})));
  alice.receives("SIP/2.0 481");
  other = dialog;
  other.remote = replaced(other.remote, "tag=", "tag=x");
  alice.sends(alice.within(other, "SUBSCRIBE", reg({"Contact: <" + alice.contact() + ">"})));
  alice.receives("SIP/2.0 481");
  other = dialog;
  other.target = replaced(other.target, "reg-00-", "reg-00-0");
  alice.sends(alice.within(other, "SUBSCRIBE", reg({"Contact: <" + alice.contact() + ">"})));
  alice.receives("SIP/2.0 481");
  other = dialog;
  alice.sends(alice.within(other, "SUBSCRIBE", {"Event: presence", "Contact: <" + alice.contact() + ">"}));
  alice.receives("SIP/2.0 489");
  other = dialog;
  alice.sends(alice.within(other, "SUBSCRIBE", {"Event: reg;id=2", "Contact: <" + alice.contact() + ">"}));
  alice.receives("SIP/2.0 403");
  EXPECT_EQ(edge.core().subscriptions(), 1U);
}

TEST_F(RegEvent, WithoutAWayTheSubscriptionEnds) {
  alice.is_registered();
  alice.sends(subscribes(alice, {"Record-Route: <sip:nowhere.example.org;lr>"}));
  alice.receives("SIP/2.0 200");
  EXPECT_EQ(edge.core().subscriptions(), 0U);
  alice.sends(subscribes(alice, {"Record-Route: <sip:192.0.2.8;transport=tcp;lr>"}));  // refuses connections
  alice.receives("SIP/2.0 200");
  EXPECT_EQ(edge.core().subscriptions(), 0U);
}

class FewRegEvents : public RegEvent {
 protected:
  FewRegEvents() : RegEvent(few()) {}
  static reg_event::Options few() {
    reg_event::Options options;
    options.max_subscriptions = 3;
    options.max_per_aor = 2;
    return options;
  }
};

TEST_F(FewRegEvents, ThereIsABoundForEachAorAndForAll) {
  alice.is_registered();
  watches(alice);
  watches(alice);
  alice.sends(subscribes(alice));
  alice.receives("SIP/2.0 403 Too Many Subscriptions");
  Phone& bob = edge.udp("bob", "198.51.100.3:40003");
  bob.is_registered();
  watches(bob);
  bob.sends(subscribes(bob));
  EXPECT_TRUE(bob.receives("SIP/2.0 503").has("Retry-After"));
  bob.sends(subscribes(bob, {"Expires: 0"}));
  bob.receives("SIP/2.0 200");
  bob.receives("NOTIFY");
  EXPECT_EQ(edge.core().subscriptions(), 3U);
}

}  // namespace
}  // namespace flowgate::test
