#include "transport/alias.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flowgate::transport {
namespace {

using testing::ElementsAre;

Endpoint endpoint(std::string_view address, std::uint16_t port) {
  return *Endpoint::from(address, port);
}

class AliasTest : public testing::Test {
 protected:
  std::optional<Alias> alias_by(const std::string& via, std::string_view start = "OPTIONS sip:a SIP/2.0") {
    text = std::string(start) + "\r\n" + via + "Call-ID: 1\r\n\r\n";
    const auto asked = asks_for_alias(text, {});
    return asked ? alias_of(*asked, source, identities) : std::nullopt;
  }

  std::string text;
  Endpoint source = endpoint("192.0.2.1", 49160);
  std::vector<std::string> identities{"example.com", "p1.example.com"};
};

// RFC 5923 §5, the alias table of P2.
TEST_F(AliasTest, IsTheReceivedAddressWithThePortOfTheSentByUnderTheNamesOfTheCertificate) {
  const auto alias = alias_by("Via: SIP/2.0/TLS p1.example.com:5071;branch=z9hG4bKa7c8dze;alias\r\n");
  ASSERT_TRUE(alias);
  EXPECT_EQ(alias->address, endpoint("192.0.2.1", 5071));
  EXPECT_THAT(alias->names, ElementsAre("example.com", "p1.example.com"));
}

TEST_F(AliasTest, HasTheDefaultPortWithoutOneInTheSentBy) {
  const auto alias = alias_by("v: SIP / 2.0 / tls P1.Example.com ; Alias;branch=z9hG4bK1\r\n");
  ASSERT_TRUE(alias);
  EXPECT_EQ(alias->address, endpoint("192.0.2.1", 5061));
}

TEST_F(AliasTest, IsOfTheTopmostViaOnly) {
  EXPECT_FALSE(
      alias_by("Via: SIP/2.0/TLS p1.example.com;branch=z9hG4bK1, SIP/2.0/TLS p1.example.com;alias\r\n"));
  EXPECT_FALSE(alias_by("Via: SIP/2.0/TLS p1.example.com\r\nVia: SIP/2.0/TLS p1.example.com;alias\r\n"));
  EXPECT_TRUE(alias_by("Via: SIP/2.0/TLS p1.example.com;alias, SIP/2.0/UDP 198.51.100.1\r\n"));
}

TEST_F(AliasTest, IsNotMadeUnasked) {
  EXPECT_FALSE(alias_by("Via: SIP/2.0/TLS p1.example.com;branch=z9hG4bKalias\r\n"));
}

TEST_F(AliasTest, IsForTlsOnly) {
  for (const std::string transport : {"TCP", "UDP", "WSS", "TLS-SCTP"})
    EXPECT_FALSE(alias_by("Via: SIP/2.0/" + transport + " p1.example.com;alias\r\n")) << transport;
}

TEST_F(AliasTest, IsAskedForByRequestsOnly) {
  EXPECT_FALSE(alias_by("Via: SIP/2.0/TLS p1.example.com;alias\r\n", "SIP/2.0 200 OK"));
}

TEST_F(AliasTest, IsNotMadeFromAMalformedMessage) {
  EXPECT_FALSE(alias_by("Via: SIP/2.0/TLS p1.example.com;alias;\"\r\n"));
  EXPECT_FALSE(alias_by("Via: SIP/2.0/TLS p1.example.com;alias\r\nno colon\r\n"));
  EXPECT_FALSE(alias_by(""));
}

TEST_F(AliasTest, OfAnothersNameIsRefused) {
  for (const std::string host : {"p2.example.com", "www.p1.example.com", "com", "xexample.com"})
    EXPECT_FALSE(alias_by("Via: SIP/2.0/TLS " + host + ";alias\r\n")) << host;
}

// RFC 5922 §7.2.
TEST_F(AliasTest, IsNotMadeOfAWildcard) {
  identities = {"*.example.com"};
  EXPECT_FALSE(alias_by("Via: SIP/2.0/TLS p1.example.com;alias\r\n"));
}

TEST_F(AliasTest, OfAnAddressIsForTheSourceItself) {
  const auto alias = alias_by("Via: SIP/2.0/TLS 192.0.2.1:5071;alias\r\n");
  ASSERT_TRUE(alias);
  EXPECT_EQ(alias->address, endpoint("192.0.2.1", 5071));
  EXPECT_THAT(alias->names, ElementsAre("example.com", "p1.example.com"));
  EXPECT_FALSE(alias_by("Via: SIP/2.0/TLS 192.0.2.2:5071;alias\r\n"));
  source = endpoint("2001:db8::1", 49160);
  EXPECT_TRUE(alias_by("Via: SIP/2.0/TLS [2001:DB8:0::1];alias\r\n"));
  EXPECT_FALSE(alias_by("Via: SIP/2.0/TLS [2001:db8::2];alias\r\n"));
}

// §9.2: "If the client does not present a certificate, [...] the server MUST NOT update the alias table."
TEST_F(AliasTest, TakesAnIdentity) {
  identities = {};
  EXPECT_FALSE(alias_by("Via: SIP/2.0/TLS p1.example.com;alias\r\n"));
  EXPECT_FALSE(alias_by("Via: SIP/2.0/TLS 192.0.2.1;alias\r\n"));
}

}  // namespace
}  // namespace flowgate::transport
