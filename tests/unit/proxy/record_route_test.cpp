// Record-Route in what the forwarder sends on.
#include "tests/unit/proxy/forwarding.h"

namespace flowgate::proxy {
namespace {

using sip::Header;
using RecordRoute = ForwarderTest;

// RFC 5626 §5.3.2, both sides UAs of ours: the target's Record-Route stands in front.
TEST_F(RecordRoute, AnInviteFromAUaToAUaGetsARecordRouteWithATokenForEachSide) {
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

TEST_F(RecordRoute, ATargetThatSpeaksTheDraftGetsATokenThatSaysSo) {
  ForwardPlan plan;
  plan.target_is_ua = true;
  plan.target_claims = Dialect::draft;
  EXPECT_EQ(values(forwarded(invite(), ua_flow, phone_flow, plan), Header::record_route),
            (std::vector<std::string>{
                "<sip:" + token(phone_flow, Dialect::draft) + "@192.0.2.1:5061;transport=tls;lr>",
                "<sip:" + token(ua_flow) + "@192.0.2.1:5060;lr>"}));
}

TEST_F(RecordRoute, AnInviteFromAUaToATrunkGetsATokenOnTheSideOfTheUaOnly) {
  EXPECT_EQ(values(forwarded(invite(), ua_flow, trunk_flow), Header::record_route),
            (std::vector<std::string>{"<sip:192.0.2.1:5060;lr>",
                                      "<sip:" + token(ua_flow) + "@192.0.2.1:5060;lr>"}));
}

TEST_F(RecordRoute, AnInviteFromATrunkToAUaGetsATokenOnTheSideOfTheUaOnly) {
  ForwardPlan plan;
  plan.target_is_ua = true;
  const Parsed request = invite("sip:bob@example.com", "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK0\n");
  EXPECT_EQ(values(forwarded(request, trunk_flow, phone_flow, plan), Header::record_route),
            (std::vector<std::string>{"<sip:" + token(phone_flow) + "@192.0.2.1:5061;transport=tls;lr>",
                                      "<sip:192.0.2.1:5060;lr>"}));
}

TEST_F(RecordRoute, ARequestThatStaysOnOneSideGetsOneRecordRoute) {
  const Parsed request = invite("sip:bob@example.com", "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK0\n");
  EXPECT_EQ(values(forwarded(request, trunk_flow, udp_flow("203.0.113.10", 5060)), Header::record_route),
            (std::vector<std::string>{"<sip:192.0.2.1:5060;lr>"}));
  const Flow tcp = stream_flow(Protocol::tcp, 5060, "203.0.113.10", 5060);
  EXPECT_EQ(values(forwarded(request, trunk_flow, tcp), Header::record_route),
            (std::vector<std::string>{"<sip:192.0.2.1:5060;transport=tcp;lr>", "<sip:192.0.2.1:5060;lr>"}));
}

TEST_F(RecordRoute, RecordRoutesThatAreThereStayBehindOurs) {
  const Parsed request = invite("sip:bob@example.com",
                                "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK0\n"
                                "Record-Route: <sip:a.example.net;lr>, <sip:b.example.net;lr>\n");
  EXPECT_EQ(values(forwarded(request, trunk_flow, trunk_flow), Header::record_route),
            (std::vector<std::string>{"<sip:192.0.2.1:5060;lr>", "<sip:a.example.net;lr>",
                                      "<sip:b.example.net;lr>"}));
}

TEST_F(RecordRoute, ARecordRouteOfAConnectionThatWeOpenedNamesAListener) {
  const Flow opened = stream_flow(Protocol::tcp, 49152, "203.0.113.9", 5060);
  const std::string text = forwarded(invite(), ua_flow, opened);
  EXPECT_EQ(values(text, Header::via).front(), "SIP/2.0/TCP 192.0.2.1:5060;" + via_branch);
  EXPECT_EQ(values(text, Header::record_route).front(), "<sip:192.0.2.1:5060;transport=tcp;lr>");
}

// RFC 3261 §16.6 (4): "If the Request-URI contains a SIPS URI, or the topmost Route header field value (after
// the post processing of bullet 6) contains a SIPS URI, the URI placed into the Record-Route header field
// MUST be a SIPS URI."
TEST_F(RecordRoute, ASipsRequestUriAsksForASipsRecordRoute) {
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

TEST_F(RecordRoute, IsNoSipsUriOnASideWithoutTls) {
  ForwardPlan plan;
  plan.request_uri = "sips:bob@198.51.100.8:5062";
  EXPECT_EQ(values(forwarded(invite(), ua_flow, phone_flow, plan), Header::record_route),
            (std::vector<std::string>{"<sips:192.0.2.1:5061;lr>",
                                      "<sip:" + token(ua_flow) + "@192.0.2.1:5060;lr>"}));
}

TEST_F(RecordRoute, ASipsUriInTheTopmostRouteThatIsLeftAsksForASipsRecordRoute) {
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

}  // namespace
}  // namespace flowgate::proxy
