#include <gtest/gtest.h>

#include "site.h"

namespace flowgate::registrar {
namespace {

bool is_behind_nat(const std::string& via, const Flow& flow) {
  std::string text = Register{.vias = {via}}.text();
  return behind_nat(*sip::Message::parse(text, {}), flow);
}

// RFC 3261 §18.2.1: "the server MUST examine the value of the sent-by parameter in the top Via header field
// value."
TEST(BehindNat, TheSentByIsComparedWithTheSource) {
  const Flow flow = flow_from(Protocol::udp, "192.0.2.1", 5070);
  EXPECT_FALSE(is_behind_nat("SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK1;rport", flow));
  EXPECT_TRUE(is_behind_nat("SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bK1;rport", flow));
  EXPECT_TRUE(is_behind_nat("SIP/2.0/UDP 192.0.2.1:5071;branch=z9hG4bK1", flow));
  EXPECT_TRUE(is_behind_nat("SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1", flow));
}

TEST(BehindNat, OnlyTheTopViaCounts) {
  std::string text = Register{.vias = {"SIP/2.0/UDP 192.0.2.1:5070, SIP/2.0/UDP 10.0.0.1"}}.text();
  const Flow flow = flow_from(Protocol::udp, "192.0.2.1", 5070);
  EXPECT_FALSE(behind_nat(*sip::Message::parse(text, {}), flow));
}

// RFC 3261 §18.1.1, RFC 7118 §5
TEST(BehindNat, ASentByWithoutAPortMeansTheDefaultOfTheTransport) {
  EXPECT_FALSE(is_behind_nat("SIP/2.0/UDP 192.0.2.1", flow_from(Protocol::udp, "192.0.2.1", 5060)));
  EXPECT_FALSE(is_behind_nat("SIP/2.0/TCP 192.0.2.1", flow_from(Protocol::tcp, "192.0.2.1", 5060)));
  EXPECT_FALSE(is_behind_nat("SIP/2.0/TLS 192.0.2.1", flow_from(Protocol::tls, "192.0.2.1", 5061)));
  EXPECT_FALSE(is_behind_nat("SIP/2.0/WS 192.0.2.1", flow_from(Protocol::ws, "192.0.2.1", 80)));
  EXPECT_FALSE(is_behind_nat("SIP/2.0/WSS 192.0.2.1", flow_from(Protocol::wss, "192.0.2.1", 443)));
}

TEST(BehindNat, AddressesAreComparedByValue) {
  const Flow flow = flow_from(Protocol::udp, "2001:db8::1", 5060);
  EXPECT_FALSE(is_behind_nat("SIP/2.0/UDP [2001:0DB8:0::1]:5060", flow));
  EXPECT_TRUE(is_behind_nat("SIP/2.0/UDP [2001:db8::2]:5060", flow));
}

TEST(BehindNat, AHostNameIsAnotherPlaceThanTheSource) {
  EXPECT_TRUE(is_behind_nat("SIP/2.0/WS 1m3eimf14fju.invalid;branch=z9hG4bK7625091",
                            flow_from(Protocol::ws, "192.0.2.1", 80)));
}

TEST(BehindNat, AViaThatCannotBeReadSaysNothingAboutTheSource) {
  EXPECT_TRUE(is_behind_nat("???", flow_from(Protocol::udp, "192.0.2.1", 5060)));
}

}  // namespace
}  // namespace flowgate::registrar
