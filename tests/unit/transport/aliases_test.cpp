#include "transport/aliases.h"

#include <gtest/gtest.h>

namespace flowgate::transport {
namespace {

const Endpoint p1 = *Endpoint::from("192.0.2.1", 5061);

Endpoint other_port() {
  Endpoint other = p1;
  ++other.port;
  return other;
}

TEST(Aliases, LeadByAnyNameToTheConnection) {
  Aliases aliases;
  aliases.add(18, {p1, {"example.com", "p1.example.com"}});
  EXPECT_EQ(aliases.find(p1, "example.com"), 18u);
  EXPECT_EQ(aliases.find(p1, "p1.example.com"), 18u);
}

// RFC 5923 §9.3: example.net is served by the same address, but the connection "is not authenticated for the
// new domain".
TEST(Aliases, LeadNowhereByAnotherNameOrAddress) {
  Aliases aliases;
  EXPECT_FALSE(aliases.find(p1, "example.com"));
  aliases.add(18, {p1, {"example.com"}});
  for (const auto* name : {"example.net", "example.co", "example.coma", "example.com.", "a", "z", ""})
    EXPECT_FALSE(aliases.find(p1, name)) << name;
  EXPECT_FALSE(aliases.find(other_port(), "example.com"));
  EXPECT_FALSE(aliases.find(*Endpoint::from("192.0.2.2", 5061), "example.com"));
}

TEST(Aliases, TwoDomainsOfOneAddressAreTwoConnections) {
  Aliases aliases;
  aliases.add(18, {p1, {"example.com"}});
  aliases.add(54, {p1, {"example.net"}});
  EXPECT_EQ(aliases.find(p1, "example.com"), 18u);
  EXPECT_EQ(aliases.find(p1, "example.net"), 54u);
}

TEST(Aliases, TheNewestConnectionIsTaken) {
  Aliases aliases;
  aliases.add(2, {p1, {"example.com"}});
  aliases.add(3, {p1, {"example.com"}});
  aliases.add(1, {p1, {"example.com"}});
  EXPECT_EQ(aliases.find(p1, "example.com"), 3u);
  aliases.remove(3);
  EXPECT_EQ(aliases.find(p1, "example.com"), 2u);
}

TEST(Aliases, AreGoneWithTheirConnection) {
  Aliases aliases;
  aliases.add(18, {p1, {"example.com", "p1.example.com", "example.com"}});
  aliases.add(19, {other_port(), {"example.com"}});
  EXPECT_EQ(aliases.size(), 3u);
  aliases.remove(18);
  aliases.remove(18);
  aliases.remove(20);
  EXPECT_FALSE(aliases.find(p1, "example.com"));
  EXPECT_EQ(aliases.size(), 1u);
  EXPECT_EQ(aliases.find(other_port(), "example.com"), 19u);
}

}  // namespace
}  // namespace flowgate::transport
