#include "proxy/forwarder.h"

#include <algorithm>
#include <random>

#include "tests/unit/proxy/forwarding.h"

namespace flowgate::proxy {
namespace {

using sip::Header;

TEST_F(ForwarderTest, ARequestWithinADialogGoesOnAsItCameButForViaAndMaxForwards) {
  EXPECT_EQ(forwarded(bye(), ua_flow, trunk_flow),
            with_line_ends("BYE sip:bob@198.51.100.8:5062 SIP/2.0\n"
                           "Via: SIP/2.0/UDP 192.0.2.1:5060;" +
                           via_branch +
                           "\n"
                           "Via: SIP/2.0/UDP 198.51.100.7:40000;branch=z9hG4bK1;received=198.51.100.7\n"
                           "Max-Forwards: 69\n"
                           "f: <sip:alice@example.com>;tag=1\n"
                           "To: <sip:bob@example.com>;tag=2\n"
                           "Call-ID: 1\n"
                           "CSeq: 2 BYE\n"
                           "l: 0\n"
                           "\n"));
}

// §16.6 (3): "If the copy does not contain a Max-Forwards header field, the proxy MUST add one with a field
// value, which SHOULD be 70."
TEST_F(ForwarderTest, MaxForwardsIsAddedWhereThereIsNone) {
  const Parsed request{
      "OPTIONS sip:bob@198.51.100.8 SIP/2.0\nVia: SIP/2.0/UDP 198.51.100.7\nCall-ID: 1\nCSeq: 1 OPTIONS\n\n"};
  EXPECT_EQ(
      forwarded(request, ua_flow, trunk_flow),
      with_line_ends("OPTIONS sip:bob@198.51.100.8 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1:5060;" + via_branch +
                     "\nMax-Forwards: 70\nVia: SIP/2.0/UDP 198.51.100.7\nCall-ID: 1\nCSeq: 1 "
                     "OPTIONS\nContent-Length: 0\n\n"));
}

TEST_F(ForwarderTest, MaxForwardsIsOneLess) {
  for (const auto& [came, goes] :
       std::vector<std::pair<std::string, std::string>>{{"1", "0"},
                                                        {"0068", "67"},
                                                        {"10", "9"},
                                                        {"255", "254"},
                                                        {"4294967295", "4294967294"},
                                                        {"0", "0"}}) {
    const Parsed request{"OPTIONS sip:bob@198.51.100.8 SIP/2.0\nMax-Forwards:  " + came + " \n\n"};
    EXPECT_EQ(values(forwarded(request, ua_flow, trunk_flow), Header::max_forwards),
              std::vector<std::string>{goes});
  }
}

TEST_F(ForwarderTest, OurRouteValuesGoAndTheOthersStayAsTheyWere) {
  const Parsed request =
      bye("Route: <sip:192.0.2.1;lr>,<sip:x@192.0.2.1;lr> ,  <sip:a@b;lr>;x=1\nRoute: <sip:c;lr>\n");
  ForwardPlan plan;
  plan.routes_taken = 2;
  const std::string text = forwarded(request, ua_flow, trunk_flow, plan);
  EXPECT_THAT(text, testing::HasSubstr("\r\nRoute: <sip:a@b;lr>;x=1\r\nRoute: <sip:c;lr>\r\n"));
  plan.routes_taken = 4;
  EXPECT_THAT(forwarded(request, ua_flow, trunk_flow, plan), testing::Not(testing::HasSubstr("Route")));
}

// §16.4
TEST_F(ForwarderTest, TheRouteThatBecameTheRequestUriGoes) {
  ForwardPlan plan;
  plan.request_uri = "sip:bob@198.51.100.99";
  plan.last_route_taken = true;
  for (const std::string_view fields :
       {"Route: <sip:192.0.2.1;lr>, <sip:a@b;lr>, <sip:bob@198.51.100.99>\n",
        "Route: <sip:192.0.2.1;lr>\nRoute: <sip:a@b;lr>\nRoute: <sip:bob@198.51.100.99>\n",
        "Route: <sip:192.0.2.1;lr>,<sip:a@b;lr>\nRoute: <sip:bob@198.51.100.99>\n"}) {
    plan.routes_taken = 1;
    const std::string text = forwarded(bye(fields), ua_flow, trunk_flow, plan);
    EXPECT_EQ(values(text, Header::route), std::vector<std::string>{"<sip:a@b;lr>"}) << fields;
    plan.routes_taken = 2;
    EXPECT_THAT(forwarded(bye(fields), ua_flow, trunk_flow, plan), testing::Not(testing::HasSubstr("Route")));
  }
  plan.routes_taken = 0;
  EXPECT_EQ(
      values(forwarded(bye("Route: <sip:bob@198.51.100.99>\n"), ua_flow, trunk_flow, plan), Header::route),
      std::vector<std::string>{});
}

// However the values are spread over lines, with empty ones and white space between them.
TEST_F(ForwarderTest, JustTheRoutesThatAreToGoDo) {
  std::mt19937 random{3261};
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::string> expected;
    std::string fields;
    for (unsigned lines = random() % 4; lines > 0; --lines) {
      fields += "Route:";
      for (unsigned values = random() % 4; values > 0; --values) {
        for (unsigned gaps = random() % 3; gaps > 0; --gaps) fields += random() % 2 == 0 ? "," : " ";
        expected.push_back("<sip:" + std::to_string(expected.size()) + ">");
        fields += expected.back() + (values > 1 ? "," : "");
      }
      for (unsigned gaps = random() % 3; gaps > 0; --gaps) fields += random() % 2 == 0 ? "," : "\t";
      fields += "\n";
    }
    ForwardPlan plan;
    plan.routes_taken = static_cast<unsigned>(random() % (expected.size() + 1));
    expected.erase(expected.begin(), expected.begin() + plan.routes_taken);
    plan.last_route_taken = random() % 2 == 0;
    if (plan.last_route_taken && !expected.empty()) expected.pop_back();
    ASSERT_EQ(values(forwarded(bye(fields), ua_flow, trunk_flow, plan), Header::route), expected)
        << fields << plan.routes_taken << (plan.last_route_taken ? " and the last" : "");
  }
}

// RFC 3327 §5.4: the Path becomes the Route, in front of what is there.
TEST_F(ForwarderTest, ThePathOfTheTargetGoesInFrontOfTheRoutesThatAreLeft) {
  ForwardPlan plan;
  plan.routes_taken = 1;
  plan.routes_added = "<sip:p1.example.com;lr>, <sip:p2.example.com;lr>";
  const Parsed request = bye("Route: <sip:192.0.2.1;lr>, <sip:a@b;lr>\n");
  EXPECT_EQ(values(forwarded(request, ua_flow, trunk_flow, plan), Header::route),
            (std::vector<std::string>{"<sip:p1.example.com;lr>", "<sip:p2.example.com;lr>", "<sip:a@b;lr>"}));
}

// RFC 3261 §16.6 (6): "The proxy MUST place the Request-URI into the Route header field as the last value."
TEST_F(ForwarderTest, BeforeAStrictRouterTheRequestUriBecomesTheLastRoute) {
  ForwardPlan plan;
  plan.request_uri = "sip:strict.example.net";
  plan.routes_taken = 2;
  plan.route_appended = "sip:bob@198.51.100.8:5062";
  const Parsed request = bye("Route: <sip:192.0.2.1;lr>, <sip:strict.example.net>, <sip:a@b;lr>\n");
  const std::string text = forwarded(request, ua_flow, trunk_flow, plan);
  EXPECT_TRUE(text.starts_with("BYE sip:strict.example.net SIP/2.0\r\n"));
  EXPECT_EQ(values(text, Header::route),
            (std::vector<std::string>{"<sip:a@b;lr>", "<sip:bob@198.51.100.8:5062>"}));
}

TEST_F(ForwarderTest, NothingThatIsPutInCanEndALine) {
  const std::string evil = "sip:a@b SIP/2.0\r\nEvil: yes\r\n\r\n\n\r";
  ForwardPlan plan;
  plan.request_uri = evil;
  plan.routes_added = "<" + evil + ">";
  plan.route_appended = evil + std::string("\0x", 2);
  const Parsed request = invite("sip:bob@example.com", "Route: <sip:c;lr>\n");
  const std::string text = forwarded(request, ua_flow, trunk_flow, plan);
  const std::string plain = forwarded(request, ua_flow, trunk_flow);
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("\nEvil")));
  EXPECT_EQ(text.find('\0'), std::string::npos);
  // Two Route lines more than without the plan, and no other.
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), std::count(plain.begin(), plain.end(), '\n') + 2);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\r'), std::count(plain.begin(), plain.end(), '\r') + 2);
}

TEST_F(ForwarderTest, EveryMessageStandsForItself) {
  const std::string once = forwarded(invite(), ua_flow, trunk_flow);
  ForwardPlan plan;
  plan.request_uri = "sip:x";
  plan.routes_added = "<sip:y>";
  forwarded(bye(), ua_flow, trunk_flow, plan);
  EXPECT_EQ(forwarded(invite(), ua_flow, trunk_flow), once);
  std::string appended = "before";
  forwarder.request(invite().get(), ua_flow, trunk_flow, {}, branch, appended);
  EXPECT_EQ(appended, "before" + once);
}

TEST_F(ForwarderTest, IPv6SentByStandsInBrackets) {
  const LocalAddresses six{{{Protocol::udp, endpoint("2001:db8::1", 5060)}}, {}};
  Forwarder own{3, roles, six, tokens, [] { return 0; }, {}};
  const Flow flow{Protocol::udp, endpoint("2001:db8::1", 5060), endpoint("2001:db8::7", 40000), 0};
  std::string text;
  own.request(invite().get(), flow, flow, {}, branch, text);
  EXPECT_EQ(values(text, Header::via).front(), "SIP/2.0/UDP [2001:db8::1]:5060;" + via_branch);
  EXPECT_EQ(values(text, Header::record_route),
            (std::vector<std::string>{"<sip:[2001:db8::1]:5060;lr>",
                                      "<sip:" + token(flow) + "@[2001:db8::1]:5060;lr>"}));
}

std::string passed_back(Forwarder& forwarder, const std::string& lines, const std::string& fields = "") {
  const Parsed response{lines};
  std::string out;
  forwarder.response(response.get(), fields, {}, {}, out);
  return out;
}

// RFC 3261 §16.7 (3): "The proxy removes the topmost Via header field value from the response."
TEST_F(ForwarderTest, AResponseGoesBackWithoutOurVia) {
  const std::string rest = "To: <sip:bob@example.com>;tag=2\nl: 4\n\nbody";
  const std::string back = with_line_ends("SIP/2.0 200 OK\nVia: SIP/2.0/UDP 198.51.100.7;x=\"a,b\"\n" + rest);
  EXPECT_EQ(passed_back(forwarder,
                        "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKfg\nVia: "
                        "SIP/2.0/UDP 198.51.100.7;x=\"a,b\"\n" +
                            rest),
            back);
  EXPECT_EQ(passed_back(forwarder,
                        "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKfg , SIP/2.0/UDP "
                        "198.51.100.7;x=\"a,b\"\n" +
                            rest),
            back);
}

TEST_F(ForwarderTest, AResponseTakesMoreFieldsAlong) {
  const std::string challenges =
      "WWW-Authenticate: Digest realm=\"a:b\"\r\nProxy-Authenticate: Digest realm=\"c\"\r\n";
  EXPECT_EQ(passed_back(forwarder, "SIP/2.0 401 No\nVia: SIP/2.0/UDP 192.0.2.1, SIP/2.0/UDP a\nl: 0\n\n",
                        challenges),
            with_line_ends("SIP/2.0 401 No\nVia: SIP/2.0/UDP a\nl: 0\n") + challenges + "\r\n");
}

}  // namespace
}  // namespace flowgate::proxy
