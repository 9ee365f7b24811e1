// Requests with Route: preloaded, strict, with a flow token, along a Path. RFC 3261 §16.4 and §16.6 (6),
// RFC 3327, RFC 5626 §5.3.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class RouteSet : public ::testing::Test {
 protected:
  RouteSet() {
    edge.resolves("example.net", "198.51.100.9:5060");
    edge.resolves("strict.example.net", "198.51.100.9:5060");
  }
  std::string token_uri(const Phone& phone) {
    std::string token;
    edge.tokens().mint(phone.flow(), Dialect::rfc, token);
    return "sip:" + token + "@203.0.113.1:5060;lr";
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& bob = edge.tcp("bob", "198.51.100.2:40002");
  Phone& neighbour = edge.udp("neighbour", "198.51.100.9:5060");
};

// §8.1.2: an outbound proxy is a Route that the client comes with.
TEST_F(RouteSet, ThatNamesUsIsTakenAway) {
  bob.is_registered();
  for (const std::string route :
       {"<sip:203.0.113.1;lr>", "<sip:203.0.113.1:5060;transport=tcp;lr>", "<sip:example.com;lr>",
        "<sip:example.com;transport=tcp;lr>", "Edge <sip:203.0.113.1:5061;transport=tls;lr>;x=1",
        "<sip:example.com;lr>, <sip:203.0.113.1;lr>"}) {
    alice.sends(alice.opens("MESSAGE", "sip:bob@example.com", {"Route: " + route}));
    const Packet message = bob.receives("MESSAGE " + bob.contact());
    EXPECT_FALSE(message.has("Route")) << route;
    bob.sends(bob.answers(message, 200));
    alice.receives("SIP/2.0 200");
  }
}

TEST_F(RouteSet, OfARegisterMayNameUs) {
  alice.sends(alice.registers({}, {"Route: <sip:203.0.113.1;lr>"}));
  alice.receives("SIP/2.0 200");
}

TEST_F(RouteSet, ThatGoesOnIsFollowed) {
  alice.is_registered();
  alice.sends(
      alice.opens("MESSAGE", "sip:dora@example.org",
                  {"Route: <sip:203.0.113.1;lr>, <sip:example.net;lr>", "Route: <sip:far.example;lr>"}));
  const Packet message = neighbour.receives("MESSAGE sip:dora@example.org SIP/2.0");
  EXPECT_THAT(message.all("Route"), ElementsAre("<sip:example.net;lr>", "<sip:far.example;lr>"));
}

TEST_F(RouteSet, ThatGoesOnIsNotFollowedForStrangers) {
  alice.sends(alice.opens("MESSAGE", "sip:dora@example.org", {"Route: <sip:example.net;lr>"}));
  alice.receives("SIP/2.0 403");
  alice.sends(
      alice.opens("MESSAGE", "sip:alice@example.com", {"Route: <sip:203.0.113.1;lr>, <sip:example.net;lr>"}));
  alice.receives("SIP/2.0 403");
  neighbour.receives_nothing();
}

TEST_F(RouteSet, ThatIsMalformedIs400) {
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com", {"Route: <sip:203.0.113.1;lr"}));
  alice.receives("SIP/2.0 400");
}

// §16.6 (6): "If the topmost URI does not contain the lr parameter".
TEST_F(RouteSet, OfAStrictRouterDownstreamTradesPlacesWithTheRequestUri) {
  alice.is_registered();
  alice.sends(alice.opens("MESSAGE", "sip:dora@example.org",
                          {"Route: <sip:203.0.113.1;lr>, <sip:strict.example.net>, <sip:far.example;lr>"}));
  const Packet message = neighbour.receives("MESSAGE sip:strict.example.net SIP/2.0");
  EXPECT_THAT(message.all("Route"), ElementsAre("<sip:far.example;lr>", "<sip:dora@example.org>"));
}

// §16.6 (2), §19.1.1: what becomes a Route value is the URI as it would have been forwarded.
TEST_F(RouteSet, OfAStrictRouterDownstreamHasNoHeadersOfTheRequestUri) {
  alice.is_registered();
  alice.sends(alice.opens("MESSAGE", "sip:dora@example.org?Subject=x",
                          {"Route: <sip:203.0.113.1;lr>, <sip:strict.example.net>"}));
  const Packet message = neighbour.receives("MESSAGE sip:strict.example.net SIP/2.0");
  EXPECT_THAT(message.all("Route"), ElementsAre("<sip:dora@example.org>"));
}

// The same for its own URI, which becomes the Request-URI.
TEST_F(RouteSet, OfAStrictRouterDownstreamLeavesItsHeadersBehind) {
  alice.is_registered();
  alice.sends(alice.opens("MESSAGE", "sip:dora@example.org",
                          {"Route: <sip:203.0.113.1;lr>, <sip:strict.example.net;method=INFO?Subject=x>"}));
  neighbour.receives("MESSAGE sip:strict.example.net SIP/2.0");
}

TEST_F(RouteSet, ARequestUriHasNoMethodAndNoHeadersWhereItGoesOn) {
  alice.is_registered();
  alice.sends(alice.opens("MESSAGE", "sip:dora@example.net;method=INFO;x=1?Subject=x"));
  neighbour.receives("MESSAGE sip:dora@example.net;x=1 SIP/2.0");
}

// §16.4
TEST_F(RouteSet, OfAStrictRouterUpstreamIsUnwound) {
  alice.is_registered();
  bob.is_registered();
  EstablishedCall call = establish(alice, "sip:bob@example.com", bob);
  Dialog strict = call.caller;
  const std::string target = strict.target;
  strict.target = uri_in(strict.routes.front());
  strict.routes.erase(strict.routes.begin());
  strict.routes.push_back("<" + target + ">");
  const Packet bye = exchange(alice, strict, "BYE", bob);
  EXPECT_EQ(bye.request_uri(), bob.contact());
  EXPECT_FALSE(bye.has("Route"));
}

TEST_F(RouteSet, OfAStrictRouterUpstreamMustHoldWhatItTookAway) {
  const std::string us = "sip:203.0.113.1;lr";
  alice.sends(alice.opens("MESSAGE", us, {"Route: "}));
  alice.receives("SIP/2.0 405");
  alice.sends(alice.opens("MESSAGE", us, {"Route: <" + us + ">, <sip:bob@[::1>"}));
  alice.receives("SIP/2.0 400");
}

TEST_F(RouteSet, OfAStrictRouterUpstreamMayLeadBackToUsAlone) {
  bob.is_registered();
  alice.sends(alice.opens("MESSAGE", "sip:203.0.113.1;lr", {"Route: <sip:bob@example.com>"}));
  EXPECT_FALSE(bob.receives("MESSAGE " + bob.contact()).has("Route"));
}

// RFC 5626 §5.3: "If the flow in the flow token [...]".
TEST_F(RouteSet, WithATokenLeadsDownItsFlow) {
  alice.sends(alice.opens("MESSAGE", "sip:bob@10.0.0.2:5060", {"Route: <" + token_uri(bob) + ">"}));
  const Packet message = bob.receives("MESSAGE sip:bob@10.0.0.2:5060 SIP/2.0");
  EXPECT_FALSE(message.has("Route"));
  bob.sends(bob.answers(message, 200));
  alice.receives("SIP/2.0 200");
}

// RFC 5626 §11.5: a 430 is for the authoritative proxy, which knows of other flows; here its request came
// down the flow that it chose. The binding is not ours to remove.
TEST_F(RouteSet, WithATokenHandsA430On) {
  bob.is_registered();
  alice.sends(alice.opens("MESSAGE", "sip:bob@10.0.0.2:5060", {"Route: <" + token_uri(bob) + ">"}));
  bob.sends(bob.answers(bob.receives("MESSAGE"), 430));
  alice.receives("SIP/2.0 430");
  EXPECT_EQ(edge.location().size(), 1U);
}

// "If the flow token has been tampered with, the proxy SHOULD send a 403 (Forbidden) response."
TEST_F(RouteSet, WithATamperedTokenIs403) {
  std::string uri = token_uri(bob);
  uri[20] = uri[20] == 'A' ? 'B' : 'A';
  alice.sends(alice.opens("MESSAGE", "sip:bob@10.0.0.2:5060", {"Route: <" + uri + ">"}));
  alice.receives("SIP/2.0 403");
  bob.receives_nothing();
}

// "If the flow in the flow token no longer exists, the proxy SHOULD send a 430 (Flow Failed) response": at
// once, and without an attempt to connect.
TEST_F(RouteSet, WithTheTokenOfAGoneConnectionIs430AtOnce) {
  const std::string route = "Route: <" + token_uri(bob) + ">";
  edge.breaks(bob);
  Phone& same_address = edge.tcp("other", "198.51.100.2:40002");
  alice.sends(alice.opens("MESSAGE", "sip:bob@198.51.100.2:40002;transport=tcp", {route}));
  alice.receives("SIP/2.0 430");
  same_address.receives_nothing();
}

// Whoever calls one of ours gets a Record-Route with the token of their own flow. It opens no relay.
TEST_F(RouteSet, WithTheTokenOfAStrangersOwnFlowLeadsNowhereElse) {
  bob.is_registered();
  EstablishedCall call = establish(alice, "sip:bob@example.com", bob);
  ASSERT_EQ(call.caller.routes.size(), 2U);
  const std::string own = "Route: " + call.caller.routes.front();
  alice.sends(alice.opens("MESSAGE", "sip:dora@example.net", {own}));
  alice.receives("SIP/2.0 403");
  alice.sends(alice.opens("MESSAGE", "sip:dora@example.org", {own, "Route: <sip:example.net;lr>"}));
  alice.receives("SIP/2.0 403");
  neighbour.receives_nothing();
}

// ... and with that of the UA they have called. A host that is not that UA's cannot be that UA behind a new
// port.
TEST_F(RouteSet, WithTheTokenOfAUaThatAStrangerHasCalledLeadsNowhereElse) {
  bob.is_registered();
  EstablishedCall call = establish(alice, "sip:bob@example.com", bob);
  ASSERT_EQ(call.caller.routes.size(), 2U);
  const std::string of_bob = "Route: " + call.caller.routes.back();
  alice.sends(alice.opens("MESSAGE", "sip:dora@example.net", {of_bob, "Route: <sip:203.0.113.1;lr>"}));
  alice.receives("SIP/2.0 403");
  alice.sends(alice.opens("MESSAGE", "sip:dora@example.org",
                          {of_bob, "Route: <sip:203.0.113.1;lr>", "Route: <sip:example.net;lr>"}));
  alice.receives("SIP/2.0 403");
  neighbour.receives_nothing();
}

TEST_F(RouteSet, WithTheTokenOfAnEarlierRunIs430) {
  Flow flow = bob.flow();
  flow.serial = 0x1234567800;
  std::string token;
  edge.tokens().mint(flow, Dialect::rfc, token);
  alice.sends(alice.opens("MESSAGE", "sip:bob@10.0.0.2", {"Route: <sip:" + token + "@203.0.113.1;lr>"}));
  alice.receives("SIP/2.0 430");
}

class Path : public RouteSet {
 protected:
  // carol registers through another edge proxy.
  Path() {
    west.sends(west.request("REGISTER", "sip:example.com",
                            {"Via: SIP/2.0/TCP 10.0.0.5:5060;branch=z9hG4bK-carol;received=192.0.2.5",
                             "Path: " + path, "From: <sip:carol@example.com>;tag=1",
                             "To: <sip:carol@example.com>", "Call-ID: carol", "CSeq: 1 REGISTER",
                             "Contact: <sip:carol@10.0.0.5:5060;transport=tcp>;reg-id=1;"
                             "+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000000000005>\"",
                             "Supported: path, outbound, gruu"}));
    registered = west.receives("SIP/2.0 200");
  }
  const std::string path = "<sip:flow7@198.51.100.20;lr;ob>";
  const std::string contact = "sip:carol@10.0.0.5:5060;transport=tcp";
  Phone& west = edge.udp("west", "198.51.100.20:5060");
  Packet registered;
};

// RFC 3327 §5.3: the registrar copies Path into the 200. RFC 5626 §6: outbound, as the edge said "ob".
TEST_F(Path, IsInTheAnswer) {
  EXPECT_THAT(registered.all("Path"), ElementsAre(path));
  EXPECT_THAT(registered.all("Require"), ElementsAre("outbound"));
  EXPECT_EQ(registered.all("Via").size(), 2U);
}

// RFC 3327 §5.4: it becomes the Route. What comes from west is not at the end of the flow that it came over.
TEST_F(Path, BecomesTheRoute) {
  alice.sends(alice.opens("INVITE", "sip:carol@example.com"));
  alice.receives("SIP/2.0 100");
  const Packet invite = west.receives("INVITE " + contact + " SIP/2.0");
  EXPECT_THAT(invite.all("Route"), ElementsAre(path));
  west.sends(west.answers(invite, 180));
  alice.receives("SIP/2.0 180");
}

TEST_F(Path, IsFollowedByAGruuToo) {
  const std::string gruu = unquoted(param_of(registered.header("Contact"), "pub-gruu"));
  alice.sends(alice.opens("MESSAGE", gruu));
  EXPECT_THAT(west.receives("MESSAGE " + contact + " SIP/2.0").all("Route"), ElementsAre(path));
}

// RFC 5626 §7: the other edge's flow has failed.
TEST_F(Path, WhoseFlowHasFailedLeadsToNobody) {
  alice.sends(alice.opens("MESSAGE", "sip:carol@example.com"));
  west.sends(west.answers(west.receives("MESSAGE"), 430));
  alice.receives("SIP/2.0 480");
  EXPECT_EQ(edge.location().size(), 0U);
}

TEST_F(Path, DoesNotMakeTheProxyBeforeItARegisteredUa) {
  west.sends(west.opens("MESSAGE", "sip:dora@example.net"));
  west.receives("SIP/2.0 403");
}

}  // namespace
}  // namespace flowgate::test
