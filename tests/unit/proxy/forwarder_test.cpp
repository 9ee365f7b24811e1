#include "proxy/forwarder.h"

#include "sip/value.h"
#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {
namespace {

using sip::Header;

const Branch branch{3, 0x1111222233334444, 0x5555666677778888};
const std::string via_branch = "branch=z9hG4bKfg0311112222333344445555666677778888;rport";
const Flow trunk_flow = udp_flow("203.0.113.9", 5060);
const Flow phone_flow = stream_flow(Protocol::tls, 5061, "198.51.100.8", 40001);

class ForwarderTest : public testing::Test {
 protected:
  std::string token(const Flow& flow, Dialect dialect = Dialect::rfc) {
    std::string token;
    tokens.mint(flow, dialect, token);
    return token;
  }
  std::string forwarded(const Parsed& request, const Flow& source, const Flow& to,
                        const ForwardPlan& plan = {}) {
    std::string out;
    forwarder.request(request.get(), source, to, plan, branch, out);
    return out;
  }

  LocalAddresses local = edge_addresses();
  FlowTokens tokens = tokens_of(1);
  std::uint64_t random = 0;
  Forwarder forwarder{3, local, tokens, [this] { return ++random; }, {}};
};

// The values of a header of a message, in order.
std::vector<std::string> values(const std::string& text, Header header) {
  std::string copy = text;
  const auto message = sip::Message::parse({copy.data(), copy.size()}, {});
  if (!message || message->defect()) return {"malformed"};
  std::vector<std::string> found;
  sip::Values all(*message, header);
  while (const auto value = all.next()) found.emplace_back(value->text);
  return found;
}

Parsed bye(std::string_view fields = "") {
  return Parsed{
      "BYE sip:bob@198.51.100.8:5062 SIP/2.0\n"
      "Via: SIP/2.0/UDP 198.51.100.7:40000;branch=z9hG4bK1;received=198.51.100.7\n"
      "Max-Forwards: 70\n" +
      std::string{fields} +
      "f: <sip:alice@example.com>;tag=1\n"
      "To: <sip:bob@example.com>;tag=2\n"
      "Call-ID: 1\n"
      "CSeq: 2 BYE\n"
      "l: 0\n"
      "\n"};
}

Parsed invite(std::string_view uri = "sip:bob@example.com", std::string_view fields = "",
              std::string_view method = "INVITE", std::string_view to = "<sip:bob@example.com>") {
  return Parsed{std::string{method} + " " + std::string{uri} +
                " SIP/2.0\n"
                "Via: SIP/2.0/UDP 198.51.100.7:40000;branch=z9hG4bK1;rport=40000;received=198.51.100.7\n"
                "Max-Forwards: 70\n" +
                std::string{fields} + "From: <sip:alice@example.com>;tag=1\nTo: " + std::string{to} +
                "\nCall-ID: 1\nCSeq: 1 " + std::string{method} +
                "\nContact: <sip:alice@10.0.0.1;ob>\nContent-Length: 4\n\nbody"};
}

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

// RFC 5626 §5.3.2, both sides UAs of ours: the target's Record-Route stands in front.
TEST_F(ForwarderTest, AnInviteFromAUaToAUaGetsARecordRouteWithATokenForEachSide) {
  const Parsed request = invite("sip:bob@example.com", "Route: <sip:192.0.2.1;lr>\n");
  ForwardPlan plan;
  plan.request_uri = "sip:bob@198.51.100.8:5062;transport=tls";
  plan.routes_taken = 1;
  plan.target_is_ua = true;
  EXPECT_EQ(
      forwarded(request, ua_flow, phone_flow, plan),
      with_line_ends("INVITE sip:bob@198.51.100.8:5062;transport=tls SIP/2.0\n"
                     "Via: SIP/2.0/TLS 192.0.2.1:5061;" +
                     via_branch + "\nRecord-Route: <sip:" + token(phone_flow) +
                     "@192.0.2.1:5061;transport=tls;lr>\nRecord-Route: <sip:" + token(ua_flow) +
                     "@192.0.2.1:5060;lr>\n"
                     "Via: SIP/2.0/UDP 198.51.100.7:40000;branch=z9hG4bK1;rport=40000;received=198.51.100.7\n"
                     "Max-Forwards: 69\n"
                     "From: <sip:alice@example.com>;tag=1\n"
                     "To: <sip:bob@example.com>\n"
                     "Call-ID: 1\n"
                     "CSeq: 1 INVITE\n"
                     "Contact: <sip:alice@10.0.0.1;ob>\n"
                     "Content-Length: 4\n"
                     "\n"
                     "body"));
}

TEST_F(ForwarderTest, ATargetThatSpeaksTheDraftGetsATokenThatSaysSo) {
  ForwardPlan plan;
  plan.target_is_ua = true;
  plan.target_dialect = Dialect::draft;
  EXPECT_EQ(values(forwarded(invite(), ua_flow, phone_flow, plan), Header::record_route),
            (std::vector<std::string>{
                "<sip:" + token(phone_flow, Dialect::draft) + "@192.0.2.1:5061;transport=tls;lr>",
                "<sip:" + token(ua_flow) + "@192.0.2.1:5060;lr>"}));
}

TEST_F(ForwarderTest, AnInviteFromAUaToATrunkGetsATokenOnTheSideOfTheUaOnly) {
  EXPECT_EQ(values(forwarded(invite(), ua_flow, trunk_flow), Header::record_route),
            (std::vector<std::string>{"<sip:192.0.2.1:5060;lr>",
                                      "<sip:" + token(ua_flow) + "@192.0.2.1:5060;lr>"}));
}

TEST_F(ForwarderTest, AnInviteFromATrunkToAUaGetsATokenOnTheSideOfTheUaOnly) {
  ForwardPlan plan;
  plan.target_is_ua = true;
  const Parsed request = invite("sip:bob@example.com", "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK0\n");
  EXPECT_EQ(values(forwarded(request, trunk_flow, phone_flow, plan), Header::record_route),
            (std::vector<std::string>{"<sip:" + token(phone_flow) + "@192.0.2.1:5061;transport=tls;lr>",
                                      "<sip:192.0.2.1:5060;lr>"}));
}

TEST_F(ForwarderTest, ARequestThatStaysOnOneSideGetsOneRecordRoute) {
  const Parsed request = invite("sip:bob@example.com", "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK0\n");
  EXPECT_EQ(values(forwarded(request, trunk_flow, udp_flow("203.0.113.10", 5060)), Header::record_route),
            (std::vector<std::string>{"<sip:192.0.2.1:5060;lr>"}));
  const Flow tcp = stream_flow(Protocol::tcp, 5060, "203.0.113.10", 5060);
  EXPECT_EQ(values(forwarded(request, trunk_flow, tcp), Header::record_route),
            (std::vector<std::string>{"<sip:192.0.2.1:5060;transport=tcp;lr>", "<sip:192.0.2.1:5060;lr>"}));
}

TEST_F(ForwarderTest, RecordRoutesThatAreThereStayBehindOurs) {
  const Parsed request = invite("sip:bob@example.com",
                                "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK0\n"
                                "Record-Route: <sip:a.example.net;lr>, <sip:b.example.net;lr>\n");
  EXPECT_EQ(values(forwarded(request, trunk_flow, trunk_flow), Header::record_route),
            (std::vector<std::string>{"<sip:192.0.2.1:5060;lr>", "<sip:a.example.net;lr>",
                                      "<sip:b.example.net;lr>"}));
}

TEST_F(ForwarderTest, ARecordRouteOfAConnectionThatWeOpenedNamesAListener) {
  const Flow opened = stream_flow(Protocol::tcp, 49152, "203.0.113.9", 5060);
  const std::string text = forwarded(invite(), ua_flow, opened);
  EXPECT_EQ(values(text, Header::via).front(), "SIP/2.0/TCP 192.0.2.1:5060;" + via_branch);
  EXPECT_EQ(values(text, Header::record_route).front(), "<sip:192.0.2.1:5060;transport=tcp;lr>");
}

// RFC 3261 §16.6 (4): "If the Request-URI contains a SIPS URI, or the topmost Route header field value (after
// the post processing of bullet 6) contains a SIPS URI, the URI placed into the Record-Route header field
// MUST be a SIPS URI."
TEST_F(ForwarderTest, ASipsRequestUriAsksForASipsRecordRoute) {
  ForwardPlan plan;
  plan.target_is_ua = true;
  const Flow source = stream_flow(Protocol::tls, 5061, "198.51.100.7", 40000);
  const std::vector<std::string> sips{"<sips:" + token(phone_flow) + "@192.0.2.1:5061;lr>",
                                      "<sips:" + token(source) + "@192.0.2.1:5061;lr>"};
  EXPECT_EQ(values(forwarded(invite("SIPS:bob@example.com"), source, phone_flow, plan), Header::record_route),
            sips);
  // It is the one that goes out.
  plan.request_uri = "sips:bob@198.51.100.8:5062";
  EXPECT_EQ(values(forwarded(invite("sip:bob@example.com"), source, phone_flow, plan), Header::record_route),
            sips);
}

// The same clause: "a proxy that receives a request over TLS, but generates a request without a SIPS URI in
// the Request-URI or topmost Route header field value [...], MUST insert a Record-Route header field that is
// not a SIPS URI."
TEST_F(ForwarderTest, ARequestThatGoesOutWithoutASipsUriGetsNoSipsRecordRoute) {
  ForwardPlan plan;
  plan.request_uri = "sip:bob@198.51.100.8:5062";
  const Flow source = stream_flow(Protocol::tls, 5061, "198.51.100.7", 40000);
  for (const std::string& value :
       values(forwarded(invite("sips:bob@example.com"), source, trunk_flow, plan), Header::record_route)) {
    EXPECT_EQ(value.substr(0, 5), "<sip:");
  }
}

TEST_F(ForwarderTest, ASipsUriInTheTopmostRouteThatIsLeftAsksForASipsRecordRoute) {
  ForwardPlan plan;
  plan.routes_taken = 1;
  const Flow to = stream_flow(Protocol::tls, 49152, "203.0.113.9", 5061);
  const Parsed left = invite("sip:bob@example.com", "Route: <sip:192.0.2.1;lr>, <sips:a.example.net;lr>\n");
  EXPECT_EQ(values(forwarded(left, ua_flow, to, plan), Header::record_route).front(),
            "<sips:192.0.2.1:5061;lr>");
  const Parsed taken = invite("sip:bob@example.com", "Route: <sips:192.0.2.1;lr>, <sip:a.example.net;lr>\n");
  EXPECT_EQ(values(forwarded(taken, ua_flow, to, plan), Header::record_route).front(),
            "<sip:192.0.2.1:5061;transport=tls;lr>");
  plan.routes_added = "\"A, B\" <sips:a.example.net;lr>, <sip:b.example.net;lr>";
  EXPECT_EQ(values(forwarded(taken, ua_flow, to, plan), Header::record_route).front(),
            "<sips:192.0.2.1:5061;lr>");
}

// RFC 3261 §12.1, RFC 6665 §4.4.1
TEST(FormsDialog, IsTrueOfRequestsWithoutAToTagThatMayStartOne) {
  for (const std::string_view method : {"INVITE", "SUBSCRIBE", "REFER", "NOTIFY"}) {
    EXPECT_TRUE(forms_dialog(invite("sip:bob@example.com", "", method).get())) << method;
    EXPECT_FALSE(
        forms_dialog(invite("sip:bob@example.com", "", method, "<sip:bob@example.com>;tag=2").get()));
    EXPECT_FALSE(forms_dialog(invite("sip:bob@example.com", "", method, "sip:bob@example.com;tag=2").get()));
    EXPECT_TRUE(forms_dialog(invite("sip:bob@example.com", "", method, "<sip:bob@example.com;tag=2>").get()));
  }
  for (const std::string_view method : {"MESSAGE", "OPTIONS", "ACK", "BYE", "PUBLISH", "REGISTER", "FOO"}) {
    EXPECT_FALSE(forms_dialog(invite("sip:bob@example.com", "", method).get())) << method;
  }
}

// §16.6 (3): "If the copy does not contain a Max-Forwards header field, the proxy MUST add one with a field
// value, which SHOULD be 70."
TEST_F(ForwarderTest, MaxForwardsIsAddedWhereThereIsNone) {
  const Parsed request{
      "OPTIONS sip:bob@198.51.100.8 SIP/2.0\nVia: SIP/2.0/UDP 198.51.100.7\nCall-ID: 1\nCSeq: 1 OPTIONS\n\n"};
  EXPECT_EQ(
      forwarded(request, ua_flow, trunk_flow),
      with_line_ends("OPTIONS sip:bob@198.51.100.8 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1:5060;" + via_branch +
                     "\nMax-Forwards: 70\nVia: SIP/2.0/UDP 198.51.100.7\nCall-ID: 1\nCSeq: 1 OPTIONS\n\n"));
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
  Forwarder own{3, six, tokens, [] { return 0; }, {}};
  const Flow flow{Protocol::udp, endpoint("2001:db8::1", 5060), endpoint("2001:db8::7", 40000), 0};
  std::string text;
  own.request(invite().get(), flow, flow, {}, branch, text);
  EXPECT_EQ(values(text, Header::via).front(), "SIP/2.0/UDP [2001:db8::1]:5060;" + via_branch);
  EXPECT_EQ(values(text, Header::record_route),
            (std::vector<std::string>{"<sip:[2001:db8::1]:5060;lr>",
                                      "<sip:" + token(flow) + "@[2001:db8::1]:5060;lr>"}));
}

// A request with what decides where it goes, and the Vias of those who sent it on before.
struct Hop {
  std::string uri = "sip:bob@example.com";
  std::string vias = "Via: SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK1\n";
  std::string routes = "";
  std::string cseq = "1";
  Parsed parsed() const {
    return Parsed{"INVITE " + uri + " SIP/2.0\n" + vias + routes +
                  "From: <sip:alice@example.com>;tag=1\nTo: <sip:bob@example.com>\nCall-ID: 1\nCSeq: " +
                  cseq + " INVITE\n\n"};
  }
};

std::string via_of(const Branch& branch) {
  return "Via: SIP/2.0/UDP 192.0.2.1:5060;rport=1;branch=" + branch.text() + "\n";
}

TEST_F(ForwarderTest, ABranchNamesTheShardAndIsNewEachTime) {
  const Branch one = forwarder.make_branch(Hop{}.parsed().get());
  const Branch two = forwarder.make_branch(Hop{}.parsed().get());
  EXPECT_EQ(one.shard, 3);
  EXPECT_NE(one.id, two.id);
  EXPECT_EQ(one.loop_hash, two.loop_hash);
}

TEST_F(ForwarderTest, ARequestThatComesBackAsItLeftIsALoop) {
  Hop hop;
  EXPECT_FALSE(forwarder.is_loop(hop.parsed().get()));
  const Branch branch = forwarder.make_branch(hop.parsed().get());
  hop.vias = via_of(branch) + hop.vias;
  EXPECT_TRUE(forwarder.is_loop(hop.parsed().get()));
  // Others may stand in between, on the same line or not.
  hop.vias =
      "Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKx, SIP/2.0/TCP 203.0.113.8;branch=z9hG4bKfgx\n" + hop.vias;
  EXPECT_TRUE(forwarder.is_loop(hop.parsed().get()));
}

// RFC 5393 §4.2.1: "A spiral [...] is not an error condition": what decides where it goes has changed.
TEST_F(ForwarderTest, ARequestThatComesBackWithAnotherRequestUriIsASpiralAndNotALoop) {
  Hop hop;
  hop.vias = via_of(forwarder.make_branch(hop.parsed().get())) + hop.vias;
  hop.uri = "sip:carol@example.com";
  EXPECT_FALSE(forwarder.is_loop(hop.parsed().get()));
  hop.vias = via_of(forwarder.make_branch(hop.parsed().get())) + hop.vias;
  EXPECT_TRUE(forwarder.is_loop(hop.parsed().get()));
  hop.uri = "sip:bob@example.com";  // back at the first
  EXPECT_TRUE(forwarder.is_loop(hop.parsed().get()));
}

TEST_F(ForwarderTest, ARequestThatComesBackWithAnotherRouteIsASpiralAndNotALoop) {
  Hop hop;
  hop.routes = "Route: <sip:192.0.2.1;lr>, <sip:a@b;lr>\n";
  hop.vias = via_of(forwarder.make_branch(hop.parsed().get())) + hop.vias;
  EXPECT_TRUE(forwarder.is_loop(hop.parsed().get()));
  hop.routes = "Route: <sip:a@b;lr>\n";
  EXPECT_FALSE(forwarder.is_loop(hop.parsed().get()));
}

TEST_F(ForwarderTest, AnotherRequestOfTheSameCallIsNoLoop) {
  Hop hop;
  hop.vias = via_of(forwarder.make_branch(hop.parsed().get())) + hop.vias;
  hop.cseq = "2";
  EXPECT_FALSE(forwarder.is_loop(hop.parsed().get()));
}

TEST_F(ForwarderTest, AViaThatOnlyLooksLikeOursIsNoLoop) {
  Hop hop;
  Branch forged = forwarder.make_branch(hop.parsed().get());
  forged.loop_hash ^= 1;
  hop.vias = via_of(forged) + "Via: SIP/2.0/UDP z9hG4bKfg\nVia: z9hG4bKfg\n" + hop.vias;
  EXPECT_FALSE(forwarder.is_loop(hop.parsed().get()));
}

std::string passed_back(Forwarder& forwarder, const std::string& lines, const std::string& fields = "") {
  const Parsed response{lines};
  std::string out;
  forwarder.response(response.get(), fields, out);
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
