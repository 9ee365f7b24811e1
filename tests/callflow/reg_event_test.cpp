// Subscriptions to registrations: RFC 3680, RFC 5628, RFC 6665.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

// The attribute of that name in the first element of that name; "" when there is none.
std::string attribute(const Packet& notify, std::string_view element, std::string_view name) {
  const std::string body = notify.body();
  const auto begin = body.find("<" + std::string(element) + " ");
  if (begin == std::string::npos) return {};
  const std::string tag = body.substr(begin, body.find('>', begin) - begin);
  const std::string start = " " + std::string(name) + "=\"";
  const auto value = tag.find(start);
  if (value == std::string::npos) return {};
  return tag.substr(value + start.size(), tag.find('"', value + start.size()) - value - start.size());
}

// "full 0 active: active registered": state and version of the document, state of the registration, and state
// and event of each contact.
std::string summary(const Packet& notify) {
  std::string text = attribute(notify, "reginfo", "state") + " " + attribute(notify, "reginfo", "version") +
                     " " + attribute(notify, "registration", "state");
  std::string body = notify.body();
  for (auto at = body.find("<contact "); at != std::string::npos; at = body.find("<contact ")) {
    body = body.substr(at);
    const Packet rest("\r\n\r\n" + body);
    text += ", " + attribute(rest, "contact", "state") + " " + attribute(rest, "contact", "event");
    body = body.substr(1);
  }
  return text;
}

class RegEvent : public ::testing::Test {
 protected:
  explicit RegEvent(const reg_event::Options& options = {}, unsigned shards = 1)
      : edge({}, {}, std::nullopt, {}, options, shards) {}

  static Lines reg(const Lines& more = {}) {
    Lines lines{"Event: reg", "Accept: application/reginfo+xml"};
    lines.insert(lines.end(), more.begin(), more.end());
    return lines;
  }
  std::string subscribes(Phone& phone, const Lines& more = {}) {
    return phone.opens("SUBSCRIBE", phone.aor(), reg(more));
  }
  // What the phone answers 200 to.
  Packet takes_notify(Phone& phone) {
    const Packet notify = phone.receives("NOTIFY");
    phone.sends(phone.answers(notify, 200));
    return notify;
  }
  // The phone subscribes to its own registration, and takes the first NOTIFY.
  Dialog watches(Phone& phone, const Lines& more = {}) {
    phone.sends(subscribes(phone, more));
    const Dialog dialog = caller_side(phone.receives("SIP/2.0 200"));
    first = takes_notify(phone);
    return dialog;
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:40001");
  Phone& desk = edge.tcp("alice", "198.51.100.2:40002");
  Packet first;
};

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
  alice.receives("SIP/2.0 404");
  other = dialog;
  alice.sends(alice.within(other, "SUBSCRIBE", {"Event: presence", "Contact: <" + alice.contact() + ">"}));
  alice.receives("SIP/2.0 489");
  other = dialog;
  alice.sends(alice.within(other, "SUBSCRIBE", {"Event: reg;id=2", "Contact: <" + alice.contact() + ">"}));
  alice.receives("SIP/2.0 403");
  EXPECT_EQ(edge.core().subscriptions(), 1U);
}

// RFC 6665 §4.5.2: the id "MUST also be present in all corresponding NOTIFY requests".
TEST_F(RegEvent, TheEventIsRepeatedWithItsId) {
  alice.is_registered();
  alice.sends(replaced(subscribes(alice), "Event: reg", "o: reg;x=y;id=8h7"));
  alice.receives("SIP/2.0 200");
  EXPECT_EQ(alice.receives("NOTIFY").header("Event"), "reg;id=8h7");
}

// A NAT that reboots: the phone registers from its new port, and refreshes its subscription from there.
TEST_F(RegEvent, ARefreshFromAnotherFlowMovesTheNotifiesThere) {
  alice.is_registered();
  Dialog dialog = watches(alice);
  Phone& moved = edge.udp("alice", "198.51.100.1:50001");
  moved.is_the_device_of(alice);
  const std::string refresh = moved.within(dialog, "SUBSCRIBE", reg({"Contact: <" + moved.contact() + ">"}));
  moved.sends(refresh);
  moved.receives("SIP/2.0 403");
  moved.is_registered();
  dialog.cseq = 5;
  moved.sends(moved.within(dialog, "SUBSCRIBE", reg({"Contact: <" + moved.contact() + ">"})));
  moved.receives("SIP/2.0 200");
  EXPECT_EQ(summary(moved.receives("NOTIFY " + moved.contact())), "full 1 active, active refreshed");
  alice.receives_nothing();
}

// RFC 5628 §8.2: the subscriber's Contact is its GRUU.
TEST_F(RegEvent, ASubscriberWithAGruuIsToldOverTheFlowsOfItsInstance) {
  alice.is_registered();
  alice.is_reached_at("sip:alice@example.com;gr=" + alice.instance());
  watches(alice);
  edge.passes(10s);
  EXPECT_EQ(first.request_uri(), alice.contact());
  Phone& moved = edge.udp("alice", "198.51.100.1:50001");
  moved.is_the_device_of(alice);
  moved.is_registered();
  edge.passes(1ms);
  EXPECT_EQ(summary(moved.receives("NOTIFY " + moved.contact())), "partial 1 active, active refreshed");
  alice.receives_nothing();
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

// RFC 3261 §12.1.1 and §12.2.1.1; behind an edge that shares the key file.
TEST_F(RegEvent, BehindAnEdgeTheNotifiesGoAlongTheRouteSet) {
  Phone& proxy = edge.udp("edge", "192.0.2.7:5060");
  FlowTokens tokens = edge.tokens();
  const auto token = [&tokens](std::string_view phone, bool registered) {
    std::string text;
    tokens.mint({Protocol::udp, *Endpoint::from("192.0.2.7", 5060), *Endpoint::from(phone, 40001), 0},
                {Dialect::rfc, registered}, text);
    return text;
  };
  const auto behind = [](const std::string& request) {
    return replaced(request, "Max-Forwards", "Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK-ua\r\nMax-Forwards");
  };
  Phone& alices = edge.udp("alice", "192.0.2.7:5060");  // as `proxy` passes on what she sends
  proxy.sends(behind(alices.registers(";reg-id=1;+sip.instance=\"<" + alices.instance() + ">\"",
                                      {"Path: <sip:" + token("10.0.0.9", true) + "@192.0.2.7;lr;ob>"})));
  proxy.receives("SIP/2.0 200");
  const std::string near = "<sip:192.0.2.7;lr>", far = "<sip:" + token("10.0.0.9", false) + "@192.0.2.7;lr>";
  const auto subscribe = [&](const std::string& inner) {
    return behind(subscribes(alices, {"Record-Route: " + near, "Record-Route: " + inner}));
  };
  // Another phone behind the same edge.
  proxy.sends(subscribe("<sip:" + token("10.0.0.66", false) + "@192.0.2.7;lr>, " + far));
  proxy.receives("SIP/2.0 403");

  proxy.sends(subscribe(far));
  const Packet accepted = proxy.receives("SIP/2.0 200");
  EXPECT_EQ(accepted.all("Record-Route"), (std::vector<std::string>{near, far}));
  const Packet notify = proxy.receives("NOTIFY " + alices.contact());
  EXPECT_EQ(notify.header("Route"), near + ", " + far);
  EXPECT_EQ(summary(notify), "full 0 active, active registered");

  // The same from elsewhere.
  Phone& forger = edge.udp("alice", "192.0.2.66:5060");
  forger.sends(subscribe(far));
  forger.receives("SIP/2.0 403");
}

TEST_F(RegEvent, AStrictRouterGetsTheRequestUri) {
  alice.is_registered();
  Phone& router = edge.udp("router", "192.0.2.8:5060");
  alice.sends(subscribes(alice, {"Record-Route: <sip:192.0.2.8>, <sip:192.0.2.9;lr>"}));
  alice.receives("SIP/2.0 200");
  const Packet notify = router.receives("NOTIFY sip:192.0.2.8");
  EXPECT_EQ(notify.header("Route"), "<sip:192.0.2.9;lr>, <" + alice.contact() + ">");
}

TEST_F(RegEvent, OverTlsTheContactOfASipsDialogIsSips) {
  Phone& office = edge.tls("alice", "198.51.100.4:40004");
  office.is_registered();
  office.sends(office.opens("SUBSCRIBE", "sips:alice@example.com", reg()));
  EXPECT_THAT(office.receives("SIP/2.0 200").header("Contact"), StartsWith("<sips:reg-00-"));
  office.receives("NOTIFY");
  office.sends(subscribes(office));
  EXPECT_THAT(office.receives("SIP/2.0 200").header("Contact"),
              HasSubstr("@203.0.113.1:5061;transport=tls;gr>"));
}

TEST_F(RegEvent, NobodyIsToldWhatNobodyWatches) {
  alice.is_registered();
  Dialog dialog = watches(alice);
  EXPECT_TRUE(edge.core().watches_registration("alice@example.com"));
  alice.sends(alice.within(dialog, "SUBSCRIBE", reg({"Expires: 0", "Contact: <" + alice.contact() + ">"})));
  EXPECT_FALSE(edge.core().watches_registration("alice@example.com"));
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

class ShardedRegEvent : public RegEvent {
 protected:
  ShardedRegEvent() : RegEvent({}, 2) {}
};

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

TEST_F(ShardedRegEvent, ARequestInTheDialogFindsItsShard) {
  alice.is_registered();
  Dialog dialog = watches(alice);
  alice.arrives_at(1);
  const std::string refresh = alice.within(dialog, "SUBSCRIBE", reg({"Contact: <" + alice.contact() + ">"}));
  alice.sends(refresh);
  const Packet accepted = alice.receives("SIP/2.0 200");
  EXPECT_EQ(summary(takes_notify(alice)), "full 1 active, active registered");
  alice.sends(refresh);
  EXPECT_EQ(alice.receives("SIP/2.0 200").text(), accepted.text());
  alice.receives_nothing();
  EXPECT_EQ(edge.core(0).subscriptions(), 1U);
  EXPECT_EQ(edge.core(1).subscriptions(), 0U);
}

}  // namespace
}  // namespace flowgate::test
