#include "proxy/routing.h"

#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {
namespace {

const Flow other_flow = stream_flow(Protocol::tls, 5061, "198.51.100.8", 40001);
constexpr std::string_view us = "<sip:192.0.2.1:5060;lr>";
constexpr std::string_view foreign = "<sip:proxy.example.net;lr>";

class RoutingTest : public testing::Test {
 protected:
  std::string token(const Flow& flow, Dialect dialect = Dialect::rfc) {
    std::string token;
    tokens.mint(flow, dialect, token);
    return token;
  }
  // A Route value of ours with this user part.
  static std::string route(const std::string& user) { return "<sip:" + user + "@192.0.2.1:5060;lr>"; }

  RouteDecision decide(std::initializer_list<std::string_view> routes,
                       const std::string& request_uri = "sip:bob@198.51.100.99:5062") {
    std::string fields;
    for (const std::string_view route : routes) fields += "Route: " + std::string{route} + "\n";
    return decide_fields(fields, request_uri);
  }
  RouteDecision decide_fields(const std::string& fields, const std::string& request_uri) {
    const Parsed request{"BYE " + request_uri + " SIP/2.0\n" + fields + "Call-ID: 1\n\n"};
    return routing.decide(request.get(), uri_of(request->request_uri()), ua_flow);
  }

  LocalAddresses local = edge_addresses();
  registrar::Domains domains{{"example.com"}, {5060, 5061}};
  FlowTokens tokens = tokens_of(1);
  Routing routing{local, &domains, tokens, {}};
};

TEST_F(RoutingTest, ARequestWithoutARouteIsDecidedByItsRequestUri) {
  const RouteDecision decision = decide({});
  EXPECT_FALSE(decision.refusal);
  EXPECT_EQ(decision.own, 0U);
  EXPECT_FALSE(decision.down);
  EXPECT_EQ(decision.next_route, "");
  EXPECT_EQ(decision.request_uri, "");
}

// RFC 3261 §16.4: "If the first value in the Route header field indicates this proxy, the proxy MUST remove
// that value from the request."
TEST_F(RoutingTest, OurAddressIsOurs) {
  const RouteDecision decision = decide({us});
  EXPECT_FALSE(decision.refusal);
  EXPECT_EQ(decision.own, 1U);
  EXPECT_FALSE(decision.down);
  EXPECT_EQ(decision.next_route, "");
}

TEST_F(RoutingTest, ADomainOfOursWithoutAUserPartIsOurs) {
  EXPECT_EQ(decide({"<sip:example.com;lr>"}).own, 1U);
  EXPECT_EQ(decide({"<sip:EXAMPLE.com:5061;lr>"}).own, 1U);
  EXPECT_EQ(decide({"<sip:example.com;lr>", us}).own, 2U);
  EXPECT_EQ(decide({"<sip:example.com:5099;lr>"}).own, 0U);
  EXPECT_EQ(decide({"<sip:edge.example.com;lr>"}).own, 0U);
}

TEST_F(RoutingTest, TheFirstForeignValueIsTheNextHopAndEndsOurs) {
  const RouteDecision decision = decide({us, foreign, us});
  EXPECT_FALSE(decision.refusal);
  EXPECT_EQ(decision.own, 1U);
  EXPECT_EQ(decision.next_route, foreign);
  EXPECT_EQ(decide({foreign, us}).own, 0U);
  EXPECT_EQ(decide({foreign, us}).next_route, foreign);
}

TEST_F(RoutingTest, ValuesOnOneLineAndOnManyAreTheSame) {
  const RouteDecision decision = decide_fields(
      "Route: " + std::string{us} + ",\"<sip:x>, \" <sip:192.0.2.1;lr>\nroute: , <sip:a@b;lr>;x=1, " +
          std::string{us} + "\n",
      "sip:bob@example.net");
  EXPECT_EQ(decision.own, 2U);
  EXPECT_EQ(decision.next_route, "<sip:a@b;lr>;x=1");
}

TEST_F(RoutingTest, AUriThatIsNotSipIsForeign) {
  EXPECT_EQ(decide({"<tel:+15551234>"}).next_route, "<tel:+15551234>");
  EXPECT_FALSE(decide({"<tel:+15551234>"}).refusal);
}

TEST_F(RoutingTest, AMalformedValueIsRefused) {
  EXPECT_EQ(decide({"<sip:"}).refusal.status, 400);
  EXPECT_EQ(decide({us, "x"}).refusal.status, 400);
}

// RFC 5626 §5.3: "If the flow in the flow token [...] is the same flow [...] the request was received from
// [...] the proxy forwards by the next Route or the Request-URI", as it does for what a UA sends.
TEST_F(RoutingTest, ATokenOfTheFlowThatTheRequestCameOverIsForARequestOfTheUa) {
  const RouteDecision decision = decide({route(token(ua_flow))});
  EXPECT_FALSE(decision.refusal);
  EXPECT_EQ(decision.own, 1U);
  EXPECT_FALSE(decision.down);
}

TEST_F(RoutingTest, ATokenOfAnotherFlowSendsTheRequestDownThatFlow) {
  const RouteDecision decision = decide({route(token(other_flow, Dialect::draft))});
  EXPECT_FALSE(decision.refusal);
  EXPECT_EQ(decision.own, 1U);
  ASSERT_TRUE(decision.down);
  EXPECT_EQ(decision.down->flow, other_flow);
  EXPECT_EQ(decision.down->dialect, Dialect::draft);
}

// Two Record-Routes, the sender's side first: the second one decides, also when a NAT has given the sender
// another address, and when both UAs share one flow.
TEST_F(RoutingTest, OfTwoTokensTheLastOneIsThatOfTheFarSide) {
  const std::string own = route(token(ua_flow)), far = route(token(other_flow));
  const std::string moved = route(token(udp_flow("198.51.100.7", 40002)));
  for (const std::string& first : {own, moved}) {
    const RouteDecision decision = decide({first, far});
    EXPECT_EQ(decision.own, 2U);
    ASSERT_TRUE(decision.down);
    EXPECT_EQ(decision.down->flow, other_flow);
  }
  const RouteDecision hairpin = decide({own, own});
  ASSERT_TRUE(hairpin.down);
  EXPECT_EQ(hairpin.down->flow, ua_flow);
}

TEST_F(RoutingTest, ATokenAndThenOurAddressIsForARequestThatGoesOn) {
  for (const Flow& flow : {ua_flow, udp_flow("198.51.100.7", 40002)}) {
    const RouteDecision decision = decide({route(token(flow)), us, foreign});
    EXPECT_EQ(decision.own, 2U);
    EXPECT_FALSE(decision.down);
    EXPECT_EQ(decision.next_route, foreign);
  }
}

TEST_F(RoutingTest, OurAddressAndThenATokenIsForTheUaOfThatToken) {
  const RouteDecision decision = decide({us, route(token(other_flow))});
  EXPECT_EQ(decision.own, 2U);
  ASSERT_TRUE(decision.down);
  EXPECT_EQ(decision.down->flow, other_flow);
}

TEST_F(RoutingTest, ATokenIsOursWhereverItsHostPoints) {
  const RouteDecision decision = decide({"<sip:" + token(other_flow) + "@nat.example.net:7000;lr>"});
  EXPECT_EQ(decision.own, 1U);
  ASSERT_TRUE(decision.down);
  EXPECT_EQ(decision.down->flow, other_flow);
}

// RFC 5626 §5.3: "If the flow token has been tampered with, the proxy SHOULD send a 403 (Forbidden)
// response".
TEST_F(RoutingTest, ATamperedTokenAtOurAddressIsRefused403) {
  const std::string good = token(other_flow);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    const RouteDecision decision = decide({route(bad)});
    EXPECT_EQ(decision.refusal.status, 403) << i;
    EXPECT_FALSE(decision.down) << i;
  }
  EXPECT_EQ(decide({route(good.substr(1))}).refusal.status, 403);
  EXPECT_EQ(decide({route(good + "A")}).refusal.status, 403);
  EXPECT_EQ(decide({route("alice")}).refusal.status, 403);
  EXPECT_EQ(decide({us, route("alice")}).refusal.status, 403);
  EXPECT_EQ(decide({route(good), route("alice")}).refusal.status, 403);
}

TEST_F(RoutingTest, ATokenOfAKeyThatWeDoNotHaveIsRefused403AtOurAddressAndForeignElsewhere) {
  for (const std::uint8_t id : {2, 200}) {
    FlowTokens others = tokens_of(id);
    std::string token;
    others.mint(other_flow, Dialect::rfc, token);
    EXPECT_EQ(decide({route(token)}).refusal.status, 403);
    const std::string elsewhere = "<sip:" + token + "@edge.example.net;lr>";
    EXPECT_FALSE(decide({elsewhere}).refusal);
    EXPECT_EQ(decide({elsewhere}).next_route, elsewhere);
  }
}

TEST_F(RoutingTest, AUserPartAtAForeignAddressIsNoneOfOurBusiness) {
  EXPECT_FALSE(decide({"<sip:alice@proxy.example.net;lr>"}).refusal);
  EXPECT_EQ(decide({"<sip:alice@192.0.2.1:7000;lr>"}).next_route, "<sip:alice@192.0.2.1:7000;lr>");
}

// RFC 3261 §16.4: "the proxy MUST replace the Request-URI in the request with the last value from the Route
// header field, and remove that value from the Route header field."
TEST_F(RoutingTest, AStrictRouterPutsTheRequestUriLast) {
  const RouteDecision decision =
      decide({foreign, "\"Bob\" <sip:bob@198.51.100.99:5062;x=y>;z=1"}, "sip:192.0.2.1:5060;lr");
  EXPECT_FALSE(decision.refusal);
  EXPECT_EQ(decision.request_uri, "sip:bob@198.51.100.99:5062;x=y");
  EXPECT_EQ(decision.own, 0U);
  EXPECT_EQ(decision.next_route, foreign);
  EXPECT_FALSE(decision.down);
}

TEST_F(RoutingTest, AStrictRouterMayLeaveNothingButTheRequestUri) {
  const RouteDecision decision = decide({"<sip:bob@198.51.100.99:5062>"}, "sip:192.0.2.1:5060;lr");
  EXPECT_EQ(decision.request_uri, "sip:bob@198.51.100.99:5062");
  EXPECT_EQ(decision.own, 0U);
  EXPECT_EQ(decision.next_route, "");
}

TEST_F(RoutingTest, ATokenInTheRequestUriOfAStrictRouterSendsDownItsFlow) {
  const RouteDecision decision =
      decide({"<sip:bob@198.51.100.99:5062>"}, "sip:" + token(other_flow) + "@192.0.2.1:5060;lr");
  EXPECT_EQ(decision.request_uri, "sip:bob@198.51.100.99:5062");
  ASSERT_TRUE(decision.down);
  EXPECT_EQ(decision.down->flow, other_flow);
  const RouteDecision own =
      decide({"<sip:bob@198.51.100.99:5062>"}, "sip:" + token(ua_flow) + "@192.0.2.1:5060;lr");
  EXPECT_FALSE(own.down);
}

TEST_F(RoutingTest, AStrictRouterMayLeaveTheRecordRouteOfTheFarSideInFront) {
  const RouteDecision decision =
      decide({route(token(other_flow)), "<sip:bob@198.51.100.99:5062>"}, "sip:192.0.2.1:5060;lr");
  EXPECT_EQ(decision.own, 1U);
  EXPECT_EQ(decision.request_uri, "sip:bob@198.51.100.99:5062");
  ASSERT_TRUE(decision.down);
  EXPECT_EQ(decision.down->flow, other_flow);
}

// Both UAs behind one flow, and a strict router in between: the second token is that of the far side here
// too.
TEST_F(RoutingTest, ATokenInTheRequestUriOfAStrictRouterCountsAsTheFirstOfTwo) {
  const RouteDecision decision = decide({route(token(ua_flow)), "<sip:bob@198.51.100.99:5062>"},
                                        "sip:" + token(ua_flow) + "@192.0.2.1:5060;lr");
  EXPECT_EQ(decision.own, 1U);
  ASSERT_TRUE(decision.down);
  EXPECT_EQ(decision.down->flow, ua_flow);
}

TEST_F(RoutingTest, ARequestUriThatWeNeverPutIntoARecordRouteIsLeftAlone) {
  const std::string contact = "<sip:bob@198.51.100.99:5062>";
  EXPECT_EQ(decide({contact}, "sip:192.0.2.1:5060").request_uri, "");           // no lr
  EXPECT_EQ(decide({contact}, "sip:alice@192.0.2.1:5060;lr").request_uri, "");  // no token
  EXPECT_EQ(decide({contact}, "sip:proxy.example.net;lr").request_uri, "");
  EXPECT_EQ(decide({}, "sip:192.0.2.1:5060;lr").request_uri, "");
}

}  // namespace
}  // namespace flowgate::proxy
