#include "proxy/local_addresses.h"

#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {
namespace {

const Endpoint elsewhere = endpoint("192.0.2.99", 5060);

TEST(LocalAddresses, AUriIsOursWhenItsHostAndPortNameAListener) {
  const LocalAddresses local = edge_addresses();
  EXPECT_TRUE(local.is_ours(uri_of("sip:192.0.2.1:5060"), elsewhere));
  EXPECT_TRUE(local.is_ours(uri_of("sip:alice@192.0.2.1:5061;transport=tls;lr"), elsewhere));
  EXPECT_FALSE(local.is_ours(uri_of("sip:192.0.2.1:5070"), elsewhere));
  EXPECT_FALSE(local.is_ours(uri_of("sip:192.0.2.2:5060"), elsewhere));
}

TEST(LocalAddresses, ThePortDefaultsTo5060AndWithTlsTo5061) {
  const LocalAddresses sip{{{Protocol::udp, endpoint("192.0.2.1", 5060)}}, {}};
  EXPECT_TRUE(sip.is_ours(uri_of("sip:192.0.2.1"), elsewhere));
  EXPECT_FALSE(sip.is_ours(uri_of("sips:192.0.2.1"), elsewhere));
  EXPECT_FALSE(sip.is_ours(uri_of("sip:192.0.2.1;transport=TLS"), elsewhere));
  const LocalAddresses tls{{{Protocol::tls, endpoint("192.0.2.1", 5061)}}, {}};
  EXPECT_FALSE(tls.is_ours(uri_of("sip:192.0.2.1"), elsewhere));
  EXPECT_TRUE(tls.is_ours(uri_of("sips:192.0.2.1"), elsewhere));
  EXPECT_TRUE(tls.is_ours(uri_of("sip:192.0.2.1;transport=TLS"), elsewhere));
}

TEST(LocalAddresses, ANameIsNotAnAddress) {
  EXPECT_FALSE(edge_addresses().is_ours(uri_of("sip:edge.example.com"), elsewhere));
}

// RFC 3263 §4.2: a name without a port may lead to any, by its SRV records.
TEST(LocalAddresses, AHostNameIsOursWithoutAPortOrWithThatOfAListener) {
  const LocalAddresses local{{{Protocol::tls, endpoint("192.0.2.1", 5443)}}, {}, {"edge.example.com", "gw"}};
  for (const char* uri : {"sip:edge.example.com", "sips:EDGE.example.com", "sip:token@gw;transport=tls;lr",
                          "sip:edge.example.com:5443"}) {
    EXPECT_TRUE(local.is_ours(uri_of(uri), elsewhere)) << uri;
  }
  for (const char* uri : {"sip:edge.example.com:5060", "sip:example.com", "sip:edge2.example.com:5443"})
    EXPECT_FALSE(local.is_ours(uri_of(uri), elsewhere)) << uri;
}

TEST(LocalAddresses, AnUnspecifiedListenerStandsForTheInterfacesOfThisHost) {
  const LocalAddresses local{{{Protocol::udp, endpoint("0.0.0.0", 5060)}}, {endpoint("192.0.2.1", 0)}};
  EXPECT_TRUE(local.is_ours(uri_of("sip:192.0.2.1"), elsewhere));
  EXPECT_FALSE(local.is_ours(uri_of("sip:192.0.2.1:5061"), elsewhere));
  EXPECT_FALSE(local.is_ours(uri_of("sip:192.0.2.2"), elsewhere));
}

TEST(LocalAddresses, AnUnspecifiedListenerStandsForTheAddressThatTheRequestArrivedAt) {
  const LocalAddresses local{{{Protocol::udp, endpoint("0.0.0.0", 5060)}}, {}};
  EXPECT_TRUE(local.is_ours(uri_of("sip:192.0.2.99"), elsewhere));
  EXPECT_FALSE(local.is_ours(uri_of("sip:192.0.2.99:5080"), elsewhere));
}

TEST(LocalAddresses, AnUnspecifiedListenerStandsForItsOwnFamilyOnly) {
  const LocalAddresses local{{{Protocol::udp, endpoint("0.0.0.0", 5060)}},
                             {endpoint("192.0.2.1", 0), endpoint("2001:db8::1", 0)}};
  EXPECT_FALSE(local.is_ours(uri_of("sip:[2001:db8::1]"), elsewhere));
  const LocalAddresses six{{{Protocol::udp, endpoint("::", 5060)}},
                           {endpoint("192.0.2.1", 0), endpoint("2001:db8::1", 0)}};
  EXPECT_TRUE(six.is_ours(uri_of("sip:[2001:db8::1]"), elsewhere));
  EXPECT_FALSE(six.is_ours(uri_of("sip:192.0.2.1"), elsewhere));
}

TEST(LocalAddresses, AnIPv6AddressIsOneAddressInAnySpelling) {
  const LocalAddresses local{{{Protocol::udp, endpoint("2001:db8::1", 5060)}}, {}};
  EXPECT_TRUE(local.is_ours(uri_of("sip:[2001:0DB8:0:0:0:0:0:1]"), elsewhere));
}

TEST(SentBy, IsTheLocalAddressOfAFlowThatCameToAListener) {
  EXPECT_EQ(edge_addresses().sent_by(ua_flow), endpoint("192.0.2.1", 5060));
  const Flow tls = stream_flow(Protocol::tls, 5061, "198.51.100.7", 40001);
  EXPECT_EQ(edge_addresses().sent_by(tls), endpoint("192.0.2.1", 5061));
}

TEST(SentBy, IsTheSpecificAddressOfAFlowToAnUnspecifiedListener) {
  const LocalAddresses local{{{Protocol::udp, endpoint("0.0.0.0", 5060)}}, {}};
  EXPECT_EQ(local.sent_by(ua_flow), endpoint("192.0.2.1", 5060));
}

TEST(SentBy, HasTheListenersPortForAConnectionThatWeOpened) {
  EXPECT_EQ(edge_addresses().sent_by(stream_flow(Protocol::tls, 49152, "203.0.113.9", 5061)),
            endpoint("192.0.2.1", 5061));
  EXPECT_EQ(edge_addresses().sent_by(stream_flow(Protocol::tcp, 49152, "203.0.113.9", 5060)),
            endpoint("192.0.2.1", 5060));
  const LocalAddresses any{{{Protocol::tcp, endpoint("0.0.0.0", 5080)}}, {}};
  EXPECT_EQ(any.sent_by(stream_flow(Protocol::tcp, 49152, "203.0.113.9", 5060)), endpoint("192.0.2.1", 5080));
}

// A host in two networks: what stands in Via leads back from the one that the connection is in.
TEST(SentBy, IsTheListenerOfTheNetworkThatTheConnectionIsIn) {
  const Flow opened = stream_flow(Protocol::tcp, 49152, "203.0.113.9", 5060);  // from 192.0.2.1
  const Listening elsewhere{Protocol::tcp, endpoint("10.0.0.1", 5060)};
  const Listening here{Protocol::tcp, endpoint("192.0.2.1", 5070)};
  const Listening anywhere{Protocol::tcp, endpoint("0.0.0.0", 5080)};
  EXPECT_EQ(LocalAddresses({elsewhere, anywhere, here}, {}).sent_by(opened), endpoint("192.0.2.1", 5070));
  EXPECT_EQ(LocalAddresses({elsewhere, anywhere}, {}).sent_by(opened), endpoint("192.0.2.1", 5080));
  EXPECT_EQ(LocalAddresses({elsewhere}, {}).sent_by(opened), endpoint("10.0.0.1", 5060));
}

TEST(SentBy, IsTheLocalAddressWhereNoListenerOfThatProtocolIs) {
  const LocalAddresses udp{{{Protocol::udp, endpoint("192.0.2.1", 5060)}}, {}};
  EXPECT_EQ(udp.sent_by(stream_flow(Protocol::tcp, 49152, "203.0.113.9", 5060)),
            endpoint("192.0.2.1", 49152));
}

}  // namespace
}  // namespace flowgate::proxy
