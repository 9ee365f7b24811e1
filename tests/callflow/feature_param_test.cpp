// Feature parameters in Refer-To: draft-ietf-sip-refer-feature-param, RFC 4508.
#include "end_to_end.h"
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class FeatureParam : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(
    ReferTo, FeatureParam,
    ::testing::Values(
        // §4.1, §4.2 and §4.3
        "<sip:conf44@example.com>;isfocus",
        "\"Alice\xe2\x80\x99s Videophone\" <sip:alice@vphone.example.com> ;audio;video",
        "<sip:alice-vm@example.com;transport=tcp> ;actor=\"msg-taker\";automata;audio",
        // §3: "If no "<" and ">" are present, all parameters after the URI are header parameters".
        "sip:conf44@example.com;isfocus;audio",
        // RFC 3840 §9: feature-param = enc-feature-tag [EQUAL LDQUOT (tag-value-list / string-value) RDQUOT]
        "<sip:alice@example.com;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>;+sip.instance=\"<urn:uuid:"
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6>\"",
        "<sip:a@example.com>;methods=\"INVITE,BYE, !REFER\";+d-3=\"#>=2,#<=4\";+x.y=\"<a "
        "\\\"b\\\">\";Schemes="
        "\"sip\"",
        "<http://example.com/page>;text;+g.example.f=\"\\;,\""));

// §3: "Refer-To = ("Refer-To" / "r") HCOLON ( name-addr / addr-spec ) * (SEMI refer-param)": they go from the
// REFER-Issuer to the REFER-Recipient and mean nothing to those between.
TEST_P(FeatureParam, ReachesTheRecipientAsItWasSent) {
  Edge edge;
  Phone& issuer = edge.udp("issuer", "192.0.2.1:5060");
  Phone& recipient = edge.udp("recipient", "192.0.2.2:5060");
  recipient.is_registered(1);
  for (const std::string name : {"Refer-To", "r"}) {
    const std::string sent = issuer.opens("REFER", "sip:recipient@example.com;gr=" + recipient.instance(),
                                          {name + ": " + GetParam()});
    issuer.sends(sent);
    const Packet received = recipient.receives("REFER " + recipient.contact());
    EXPECT_EQ(end_to_end(received), end_to_end(sent));
    EXPECT_EQ(received.header(name), GetParam());
  }
}

}  // namespace
}  // namespace flowgate::test
