#include "transport/sip_identities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certificate.h"

namespace flowgate::transport {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> identities_in(const std::string& alternative_name) {
  return sip_identities(Certificate(alternative_name).x509.get());
}

TEST(SipIdentities, AreTheHostsOfSipUris) {
  EXPECT_THAT(
      identities_in("URI:sip:example.com,URI:SIP:Example.NET,URI:sip:p1.example.com:5061;transport=tls"),
      ElementsAre("example.com", "example.net", "p1.example.com"));
}

// "a value with a userpart identifies an individual user, not a domain"
TEST(SipIdentities, AreNoUsers) {
  EXPECT_THAT(identities_in("URI:sip:alice@example.com"), IsEmpty());
}

TEST(SipIdentities, AreOfNoOtherScheme) {
  EXPECT_THAT(identities_in("URI:sips:example.com,URI:https://example.com,email:root@example.com"),
              IsEmpty());
}

TEST(SipIdentities, AreDnsNamesWhereThereIsNoSipUri) {
  EXPECT_THAT(identities_in("DNS:Example.com,DNS:p1.example.com,URI:sip:alice@example.com"),
              ElementsAre("example.com", "p1.example.com"));
  EXPECT_THAT(identities_in("DNS:www.example.com,URI:sip:example.com,IP:192.0.2.1"),
              ElementsAre("example.com"));
}

TEST(SipIdentities, AreAddressesWhereThereIsNoSipUri) {
  EXPECT_THAT(identities_in("IP:192.0.2.1,IP:2001:DB8:0:0::1"), ElementsAre("192.0.2.1", "2001:db8::1"));
  EXPECT_THAT(identities_in("DNS:192.0.2.1"), IsEmpty());
}

// §7.2: "'*.example.com' matches only '*.example.com'"
TEST(SipIdentities, KeepAWildcardAsItIs) {
  EXPECT_THAT(identities_in("DNS:*.example.com"), ElementsAre("*.example.com"));
}

TEST(SipIdentities, AreNotInTheCommonName) {
  EXPECT_THAT(identities_in(""), IsEmpty());
}

TEST(SipIdentities, AreBounded) {
  std::string names = "DNS:a.example.com";
  for (std::size_t i = 0; i < 2 * max_identities; ++i) names += ",DNS:" + std::to_string(i) + ".example.com";
  EXPECT_THAT(identities_in(names), SizeIs(max_identities));
}

TEST(SipIdentities, OneHostHasOneForm) {
  EXPECT_EQ(identity_of("P1.Example.COM"), "p1.example.com");
  EXPECT_EQ(identity_of("2001:DB8:0:0::1"), "2001:db8::1");
  EXPECT_EQ(identity_of("192.0.2.1"), "192.0.2.1");
}

}  // namespace
}  // namespace flowgate::transport
