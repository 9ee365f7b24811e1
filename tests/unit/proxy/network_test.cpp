#include "proxy/network.h"

#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {
namespace {

using testing::Optional;

TEST(ProtocolFor, IsTheTransportParameterInAnyCase) {
  EXPECT_THAT(protocol_for(uri_of("sip:example.com;transport=udp")), Optional(Protocol::udp));
  EXPECT_THAT(protocol_for(uri_of("sip:example.com;transport=tcp")), Optional(Protocol::tcp));
  EXPECT_THAT(protocol_for(uri_of("sip:example.com;Transport=TCP")), Optional(Protocol::tcp));
  EXPECT_THAT(protocol_for(uri_of("sip:example.com;transport=tls")), Optional(Protocol::tls));
}

TEST(ProtocolFor, IsUdpForSipAndTlsForSipsWithoutATransportParameter) {
  EXPECT_THAT(protocol_for(uri_of("sip:example.com")), Optional(Protocol::udp));
  EXPECT_THAT(protocol_for(uri_of("sips:example.com")), Optional(Protocol::tls));
}

// RFC 3261 §26.2.2: "The use of SIPS [...] entails that mutual TLS authentication SHOULD be employed"; TCP
// names what is under the TLS, and there is no TLS over UDP.
TEST(ProtocolFor, IsNeverLessThanTlsForSips) {
  EXPECT_THAT(protocol_for(uri_of("sips:example.com;transport=tcp")), Optional(Protocol::tls));
  EXPECT_THAT(protocol_for(uri_of("sips:example.com;transport=tls")), Optional(Protocol::tls));
  EXPECT_EQ(protocol_for(uri_of("sips:example.com;transport=udp")), std::nullopt);
}

TEST(ProtocolFor, IsNothingForATransportThatCannotBeOpenedTowardsAPeer) {
  for (const std::string_view transport : {"ws", "wss", "sctp", "tls-sctp", "carrier-pigeon"}) {
    EXPECT_EQ(protocol_for(uri_of("sip:example.com;transport=" + std::string{transport})), std::nullopt);
    EXPECT_EQ(protocol_for(uri_of("sips:example.com;transport=" + std::string{transport})), std::nullopt);
  }
}

TEST(LiteralNextHop, IsTheAddressInTheUri) {
  const auto hop = literal_next_hop(uri_of("sip:bob@203.0.113.9:5070;transport=tcp"));
  ASSERT_TRUE(hop);
  EXPECT_EQ(hop->protocol, Protocol::tcp);
  EXPECT_EQ(hop->address, endpoint("203.0.113.9", 5070));
}

TEST(LiteralNextHop, TakesAnIPv6Address) {
  const auto hop = literal_next_hop(uri_of("sips:[2001:db8::9]:5071"));
  ASSERT_TRUE(hop);
  EXPECT_EQ(hop->protocol, Protocol::tls);
  EXPECT_EQ(hop->address, endpoint("2001:db8::9", 5071));
  EXPECT_EQ(hop->tls_name, "2001:db8::9");
}

TEST(LiteralNextHop, HasPort5060OrWithTls5061ByDefault) {
  EXPECT_EQ(literal_next_hop(uri_of("sip:203.0.113.9"))->address.port, 5060);
  EXPECT_EQ(literal_next_hop(uri_of("sip:203.0.113.9;transport=tcp"))->address.port, 5060);
  EXPECT_EQ(literal_next_hop(uri_of("sip:203.0.113.9;transport=tls"))->address.port, 5061);
  EXPECT_EQ(literal_next_hop(uri_of("sips:203.0.113.9"))->address.port, 5061);
}

// RFC 3263 §4; the certificate is that of the host (RFC 5922 §7.1).
TEST(LiteralNextHop, IsTheMaddrBeforeTheHost) {
  EXPECT_EQ(literal_next_hop(uri_of("sip:203.0.113.9;maddr=203.0.113.7"))->address,
            endpoint("203.0.113.7", 5060));
  EXPECT_EQ(literal_next_hop(uri_of("sip:example.com:5070;maddr=[2001:db8::7]"))->address,
            endpoint("2001:db8::7", 5070));
  EXPECT_EQ(literal_next_hop(uri_of("sips:example.com;maddr=203.0.113.7"))->tls_name, "example.com");
  EXPECT_FALSE(literal_next_hop(uri_of("sip:203.0.113.9;maddr=edge.example.com")));
}

TEST(LiteralNextHop, IsNothingForANameOrATransportThatWeCannotOpen) {
  EXPECT_FALSE(literal_next_hop(uri_of("sip:example.com")));
  EXPECT_FALSE(literal_next_hop(uri_of("sip:203.0.113.9.example.com")));
  EXPECT_FALSE(literal_next_hop(uri_of("sip:203.0.113.9;transport=ws")));
  EXPECT_FALSE(literal_next_hop(uri_of("sips:203.0.113.9;transport=udp")));
  EXPECT_FALSE(literal_next_hop(uri_of("tel:+15551234")));
}

}  // namespace
}  // namespace flowgate::proxy
