// The way of a NOTIFY to its subscriber, and of his requests to the dialog: RFC 3261 §12.2, RFC 5626, RFC
// 5627.
#include "callflow/reg_event.h"

namespace flowgate::test {
namespace {

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

TEST_F(RegEvent, ASubscriberWithAGruuIsToldThatItIsNoLongerRegistered) {
  alice.is_registered();
  alice.is_reached_at("sip:alice@example.com;gr=" + alice.instance());
  watches(alice);
  edge.passes(10s);
  alice.sends(alice.registers(alice.outbound_params(1) + ";expires=0"));
  alice.receives("SIP/2.0 200");
  edge.passes(1ms);
  EXPECT_EQ(summary(alice.receives("NOTIFY sip:alice@example.com;gr=")),
            "partial 1 terminated, terminated unregistered");
}

TEST_F(RegEvent, ASubscriberWithAGruuIsToldAlongThePathOfItsInstance) {
  Phone& proxy = edge.udp("edge", "192.0.2.7:5060");
  alice.is_registered();
  alice.is_reached_at("sip:alice@example.com;gr=" + alice.instance());
  watches(alice);
  edge.passes(10s);
  alice.sends(alice.registers(alice.outbound_params(1) + ";expires=0"));
  alice.receives("SIP/2.0 200");
  proxy.sends(replaced(alice.registers(alice.outbound_params(1), {"Path: <sip:token@192.0.2.7;lr;ob>"}),
                       "Max-Forwards", "Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK-ua\r\nMax-Forwards"));
  proxy.receives("SIP/2.0 200");
  edge.passes(1ms);
  EXPECT_EQ(proxy.receives("NOTIFY " + alice.contact()).header("Route"), "<sip:token@192.0.2.7;lr;ob>");
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

  // RFC 6665 §4.2.1.4: in the dialog the edge does not record its route again.
  proxy.sends(proxy.answers(notify, 200));
  Dialog dialog = caller_side(accepted);
  dialog.routes.clear();
  const auto refresh = [&] { return behind(alices.within(dialog, "SUBSCRIBE", reg({"Expires: 600"}))); };
  proxy.sends(refresh());
  EXPECT_EQ(proxy.receives("SIP/2.0 200").header("Expires"), "600");
  forger.sends(refresh());
  forger.receives("SIP/2.0 403");
}

// RFC 3261 §12.2: the route set is that of the first SUBSCRIBE, and it had none.
TEST_F(RegEvent, ADialogWithoutRoutesThatMovesBehindAProxyIsToldAtItsContact) {
  Phone& proxy = edge.udp("edge", "192.0.2.7:5060");
  FlowTokens tokens = edge.tokens();
  std::string token;
  tokens.mint({Protocol::udp, *Endpoint::from("192.0.2.7", 5060), *Endpoint::from("10.0.0.9", 40001), 0}, {},
              token);
  const std::string route = "<sip:" + token + "@192.0.2.7;lr;ob>";
  const auto behind = [](const std::string& request) {
    return replaced(request, "Max-Forwards", "Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK-ua\r\nMax-Forwards");
  };
  alice.is_registered();
  Dialog dialog = watches(alice);
  proxy.sends(
      behind(alice.registers(";reg-id=2;+sip.instance=\"<" + alice.instance() + ">\"", {"Path: " + route})));
  proxy.receives("SIP/2.0 200");
  Phone& elsewhere = edge.udp("alice", "192.0.2.9:5060");
  proxy.sends(behind(alice.within(
      dialog, "SUBSCRIBE", reg({"Contact: <" + elsewhere.contact() + ">", "Record-Route: " + route}))));
  proxy.receives("SIP/2.0 200");
  elsewhere.receives("NOTIFY " + elsewhere.contact());
}

TEST_F(RegEvent, ARouteThatIsANameIsResolved) {
  alice.is_registered();
  edge.resolves("proxy.example.org", "192.0.2.8:5060");
  edge.resolves_late();
  Phone& proxy = edge.udp("proxy", "192.0.2.8:5060");
  alice.sends(subscribes(alice, {"Record-Route: <sip:proxy.example.org;lr>"}));
  alice.receives("SIP/2.0 200");
  proxy.receives_nothing();
  edge.answers_resolver();
  proxy.receives("NOTIFY " + alice.contact());
  EXPECT_EQ(edge.core().subscriptions(), 1U);
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
