// Requests with a flow token in Route, at an edge proxy: RFC 5626 §5.1 and §5.3, draft-ietf-sip-outbound-00
// §6.2.
#include <fmt/format.h>

#include "support/ladder.h"

namespace flowgate::test {
namespace {

class FlowTokenInRoute : public ::testing::Test {
 protected:
  // Of the Path of a registration.
  std::string token_of(const Phone& phone, Dialect dialect = Dialect::rfc) {
    std::string token;
    edge.tokens().mint(phone.flow(), {dialect, true}, token);
    return token;
  }
  // The Route that another registrar has made of a Path of ours.
  std::string route_to(const Phone& phone, std::string_view params = ";lr;ob") {
    return "<sip:" + token_of(phone) + "@203.0.113.1" + std::string(params) + ">";
  }
  std::optional<Flow> flow_in(const std::string& value) {
    const std::string uri = uri_in(value);
    const auto begin = uri.find(':') + 1, at = uri.find('@');
    if (at == std::string::npos) return std::nullopt;
    const auto verified = edge.tokens().verify(uri.substr(begin, at - begin));
    return verified ? std::optional(verified->flow) : std::nullopt;
  }
  // home, the proxy of example.net, calls bob through us.
  EstablishedCall home_calls(const std::string& route) {
    EstablishedCall call;
    home.sends(home.opens("INVITE", "sip:bob@10.0.0.2:5060",
                          {"Via: SIP/2.0/UDP 10.9.9.9;branch=z9hG4bK-behind", "Route: " + route,
                           "Record-Route: <sip:198.51.100.9;lr>"}));
    home.receives("SIP/2.0 100");
    call.invite = bob.receives("INVITE sip:bob@10.0.0.2:5060 SIP/2.0");
    bob.sends(bob.answers(call.invite, 200));
    call.answer = home.receives("SIP/2.0 200");
    call.callee = callee_side(call.invite, call.answer);
    call.caller = caller_side(call.answer);
    call.caller.routes.erase(call.caller.routes.begin());  // its own, which it takes away
    return call;
  }

  Edge edge;
  Phone& bob = edge.udp("bob", "198.51.100.2:40002");
  Phone& home = edge.udp("home", "198.51.100.9:5060");
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
};

// RFC 5626 §5.3.1: "whether the Route header field contained an ob URI parameter or not, the proxy removes
// the Route header field value and forwards the request over the 'logical flow' identified by the flow
// token".
TEST_F(FlowTokenInRoute, LeadsDownItsFlowWithObAndWithout) {
  for (const char* params : {";lr;ob", ";lr"}) {
    home.sends(home.opens("MESSAGE", "sip:bob@10.0.0.2:5060", {"Route: " + route_to(bob, params)}));
    const Packet message = bob.receives("MESSAGE sip:bob@10.0.0.2:5060 SIP/2.0");
    EXPECT_FALSE(message.has("Route")) << params;
    bob.sends(bob.answers(message, 200));
    home.receives("SIP/2.0 200");
  }
}

// RFC 3261 §19.1.4: "Characters other than those in the "reserved" set are equivalent to their "%" HEX HEX
// encoding." Twinkle has it so for each Z.
TEST_F(FlowTokenInRoute, MayBeEscaped) {
  std::string escaped;
  for (const char c : token_of(bob)) escaped += fmt::format("%{:02x}", c);
  home.sends(home.opens("MESSAGE", "sip:bob@10.0.0.2:5060", {"Route: <sip:" + escaped + "@203.0.113.1;lr>"}));
  bob.receives("MESSAGE sip:bob@10.0.0.2:5060 SIP/2.0");
}

// §5.3.1: with "ob", and when a dialog begins, "the proxy needs to adjust the route set to ensure that
// subsequent requests in the dialog can be delivered over a valid flow": a Record-Route with the token,
// "minus the ob parameter". draft §6.2: "Edge Proxies MUST Record-Route".
TEST_F(FlowTokenInRoute, WithObIsRecordedSoThatTheDialogStaysOnTheFlow) {
  EstablishedCall call = home_calls(route_to(bob));
  const auto routes = call.invite.all("Record-Route");
  ASSERT_GE(routes.size(), 2U);
  EXPECT_EQ(flow_in(routes.front()), bob.flow());
  for (const std::string& route : routes) EXPECT_THAT(route, Not(HasSubstr(";ob")));
  home.sends(home.within(call.caller, "ACK", {}, "sip:bob@10.0.0.2:5060"));
  bob.receives("ACK sip:bob@10.0.0.2:5060 SIP/2.0");
  home.sends(home.within(call.caller, "BYE", {}, "sip:bob@10.0.0.2:5060"));
  bob.sends(bob.answers(bob.receives("BYE sip:bob@10.0.0.2:5060 SIP/2.0"), 200));
  home.receives("SIP/2.0 200");
}

TEST_F(FlowTokenInRoute, WithObIsRecordedForTheRequestsOfTheCalleeToo) {
  EstablishedCall call = home_calls(route_to(bob));
  EXPECT_THAT(exchange(bob, call.callee, "BYE", home).all("Route"), ElementsAre("<sip:198.51.100.9;lr>"));
}

// §5.3: "If the flow in the flow token [...] matches the source IP address and port of the request, the
// request is an outgoing request": it goes where its Request-URI says.
TEST_F(FlowTokenInRoute, OfTheSendersOwnFlowIsForARequestThatGoesOut) {
  alice.is_registered();
  bob.sends(bob.opens("MESSAGE", "sip:alice@example.com", {"Route: " + route_to(bob)}));
  const Packet message = alice.receives("MESSAGE " + alice.contact());
  EXPECT_FALSE(message.has("Route"));
  bob.receives_nothing();
}

// §5.3.1: "If the flow token has been tampered with, the proxy SHOULD send a 403"; draft §6.2: "If the HMAC
// is not correct, the proxy SHOULD send a 403".
TEST_F(FlowTokenInRoute, OfEitherDialectIs403WhenTamperedWith) {
  for (const Dialect dialect : {Dialect::rfc, Dialect::draft}) {
    std::string token = token_of(bob, dialect);
    token[12] = token[12] == 'A' ? 'B' : 'A';
    home.sends(home.opens("MESSAGE", "sip:bob@10.0.0.2", {"Route: <sip:" + token + "@203.0.113.1;lr;ob>"}));
    home.receives("SIP/2.0 403");
  }
  bob.receives_nothing();
}

// §5.3.1: "If the flow no longer exists, the proxy SHOULD send a 430"; draft §6.2: "SHOULD send a 410".
TEST_F(FlowTokenInRoute, OfAConnectionThatIsGoneIs430AndTheDrafts410) {
  Phone& carol = edge.tcp("carol", "198.51.100.3:40003");
  const std::string rfc = token_of(carol), draft = token_of(carol, Dialect::draft);
  edge.breaks(carol);
  home.sends(home.opens("MESSAGE", "sip:carol@10.0.0.3", {"Route: <sip:" + rfc + "@203.0.113.1;lr;ob>"}));
  home.receives("SIP/2.0 430");
  home.sends(home.opens("MESSAGE", "sip:carol@10.0.0.3", {"Route: <sip:" + draft + "@203.0.113.1;lr>"}));
  home.receives("SIP/2.0 410");
}

// §5.3.2, and the SUBSCRIBE of §9.1: a UA that is not registered says "ob" in its Contact; the requests of
// the dialog come over the flow that it was opened over, whatever the host in that Contact.
TEST_F(FlowTokenInRoute, BringsTheNotifyToASubscriberThatIsNotRegistered) {
  alice.is_registered();
  bob.is_reached_at("sip:bob@10.0.0.2:5060;ob");
  bob.sends(
      bob.opens("SUBSCRIBE", "sip:alice@example.com", {"Event: presence", "Supported: path, outbound"}));
  const Packet subscribe = alice.receives("SUBSCRIBE");
  EXPECT_EQ(flow_in(subscribe.all("Record-Route").back()), bob.flow());
  const Packet accepted{alice.answers(subscribe, 200)};
  alice.sends(accepted.text());
  bob.receives("SIP/2.0 200");
  Dialog dialog = callee_side(subscribe, accepted);
  EXPECT_EQ(exchange(alice, dialog, "NOTIFY", bob).request_uri(), "sip:bob@10.0.0.2:5060;ob");
}

// §5.1: as the first hop, the edge proxy "either MUST store a flow token [...] in its Path URI or reject the
// request". A domain that is not ours has a registrar elsewhere.
TEST_F(FlowTokenInRoute, StandsInThePathOfARegisterThatGoesToAnotherDomain) {
  edge.resolves("example.net", "198.51.100.9:5060");
  alice.is_registered();
  std::string text = alice.registers(alice.outbound_params(1));
  text = replaced(text, "REGISTER sip:example.com", "REGISTER sip:example.net");
  text = replaced(text, "To: <sip:alice@example.com>", "To: <sip:alice@example.net>");
  alice.sends(text);
  if (home.waiting() > 0) {
    const Packet forwarded = home.receives("REGISTER sip:example.net");
    ASSERT_EQ(forwarded.all("Path").size(), 1U) << forwarded.text();
    EXPECT_EQ(flow_in(forwarded.header("Path")), alice.flow());
    EXPECT_THAT(forwarded.header("Path"), HasSubstr(";ob"));
  } else {
    EXPECT_GE(alice.receives("SIP/2.0").status(), 400);
  }
}

}  // namespace
}  // namespace flowgate::test
