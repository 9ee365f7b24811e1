// REFER without a subscription: draft-ietf-sip-refer-with-norefersub, RFC 4488.
#include "end_to_end.h"
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class NoReferSub : public ::testing::Test {
 protected:
  NoReferSub() {
    for (Phone* phone : {&issuer, &recipient, &other}) phone->is_registered(1);
    recipient.is_reached_at(gruu);
  }
  std::string refer(const std::string& uri, const Lines& lines) {
    Lines all = {"Refer-To: <sip:c@example.com;method=INVITE>", "Refer-Sub: false", "Supported: norefersub"};
    all.insert(all.end(), lines.begin(), lines.end());
    return issuer.opens("REFER", uri, all);
  }

  Edge edge;
  Phone& issuer = edge.udp("issuer", "192.0.2.1:5060");
  Phone& recipient = edge.udp("pc-b", "192.0.2.2:5060");
  Phone& other = edge.udp("pc-b", "192.0.2.3:5060");
  std::string gruu = "sip:pc-b@example.com;gr=" + recipient.instance();
};

// §4: "If the REFER-Recipient supports the extension and is willing to process the REFER transaction without
// establishing an implicit subscription, it MUST insert the "Refer-Sub" header field set to "false" in the
// 2xx response". §6: the example.
TEST_F(NoReferSub, IsAskedForAndGranted) {
  const std::string sent = refer(gruu, {});
  issuer.sends(sent);
  const Packet received = recipient.receives("REFER " + recipient.contact());
  EXPECT_EQ(end_to_end(received), end_to_end(sent));
  const std::string granted = recipient.answers(received, 200, {"Refer-Sub: false"});
  recipient.sends(granted);
  EXPECT_EQ(end_to_end(issuer.receives("SIP/2.0 200")), end_to_end(granted));
}

// RFC 4488 §4: Refer-Sub = "Refer-Sub" HCOLON refer-sub-value *(SEMI exten)
TEST_F(NoReferSub, MayBeWrittenInAnyWay) {
  const std::string sent =
      issuer.opens("REFER", gruu, {"Refer-To: sip:c@example.com", "refer-sub :  FALSE ;foo=\"b,ar\""});
  issuer.sends(sent);
  EXPECT_EQ(end_to_end(recipient.receives("REFER")), end_to_end(sent));
}

// §4: "but the REFER-Recipient doesn't grant the suggestion [...] an implicit subscription is created as in
// default case."
TEST_F(NoReferSub, IsNotGrantedAndTheSubscriptionFollows) {
  issuer.sends(refer(gruu, {}));
  const Packet received = recipient.receives("REFER");
  const Packet accepted{recipient.answers(received, 202, {"Refer-Sub: true"})};
  recipient.sends(accepted.text());
  EXPECT_EQ(issuer.receives("SIP/2.0 202").header("Refer-Sub"), "true");

  Dialog subscription = callee_side(received, accepted);
  const Packet notify = [&] {
    recipient.sends(recipient.within(subscription, "NOTIFY",
                                     {"Event: refer", "Subscription-State: terminated;reason=noresource"}));
    return issuer.receives("NOTIFY " + issuer.contact());
  }();
  EXPECT_EQ(notify.header("Event"), "refer");
  issuer.sends(issuer.answers(notify, 200));
  recipient.receives("SIP/2.0 200");
}

// §4: with the tag in Require, "if the REFER-Recipient either doesn't support the extension or is not willing
// to grant the request, the REFER request MUST be rejected by sending 420": by the recipient, not by us.
TEST_F(NoReferSub, RequiredIsForTheRecipientToRefuse) {
  const std::string sent = refer(gruu, {"Require: norefersub"});
  issuer.sends(sent);
  const Packet received = recipient.receives("REFER");
  EXPECT_EQ(end_to_end(received), end_to_end(sent));
  const std::string refusal = recipient.answers(received, 420, {"Unsupported: norefersub"});
  recipient.sends(refusal);
  EXPECT_EQ(end_to_end(issuer.receives("SIP/2.0 420")), end_to_end(refusal));
}

// RFC 3261 §16.3 (5): what is required of proxies is for us to refuse.
TEST_F(NoReferSub, RequiredOfProxiesIsRefusedHere) {
  issuer.sends(refer(gruu, {"Proxy-Require: norefersub"}));
  EXPECT_EQ(issuer.receives("SIP/2.0 420").header("Unsupported"), "norefersub");
  recipient.receives_nothing();
}

// §5: "only sending a REFER with "Refer-Sub" with a Request-URI which has GRUU properties" makes sure that it
// "doesn't get forked"; otherwise "only a single 2xx response will be forwarded by the forking proxy".
TEST_F(NoReferSub, IsSafeWithAGruuAndForksWithAnAor) {
  issuer.sends(refer(gruu, {}));
  recipient.sends(recipient.answers(recipient.receives("REFER"), 200, {"Refer-Sub: false"}));
  issuer.receives("SIP/2.0 200");
  other.receives_nothing();

  issuer.sends(refer("sip:pc-b@example.com", {}));
  recipient.sends(recipient.answers(recipient.receives("REFER"), 200));
  other.sends(other.answers(other.receives("REFER"), 200));
  issuer.receives("SIP/2.0 200");
  issuer.receives_nothing();
}

// §5: "This could be done by sending the REFER with a Max-Forwards: 0 header field. Any proxy receiving this
// request will return a "483 Too Many Hops" response".
TEST_F(NoReferSub, WithMaxForwards0FindsUsOnTheWay) {
  issuer.sends(replaced(refer(gruu, {}), "Max-Forwards: 70", "Max-Forwards: 0"));
  issuer.receives("SIP/2.0 483");
  recipient.receives_nothing();
}

}  // namespace
}  // namespace flowgate::test
