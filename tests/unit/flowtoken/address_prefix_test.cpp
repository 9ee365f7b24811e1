#include "flowtoken/address_prefix.h"

#include <gtest/gtest.h>

#include <string>

namespace flowgate {
namespace {

bool contains(std::string_view prefix, std::string_view address) {
  const auto parsed = AddressPrefix::from(prefix);
  EXPECT_TRUE(parsed) << prefix;
  return parsed && parsed->contains(Endpoint::from(address, 40000).value());
}

TEST(AddressPrefix, ContainsTheAddressesThatBeginWithItsBits) {
  EXPECT_TRUE(contains("10.0.0.0/8", "10.0.0.0"));
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
  EXPECT_FALSE(contains("10.0.0.0/8", "9.255.255.255"));
  EXPECT_TRUE(contains("fd00::/8", "fdff::1"));
  EXPECT_FALSE(contains("fd00::/8", "fc00::1"));
}

TEST(AddressPrefix, MayEndInsideAnOctet) {
  EXPECT_TRUE(contains("172.16.0.0/12", "172.31.255.255"));
  EXPECT_FALSE(contains("172.16.0.0/12", "172.32.0.0"));
  EXPECT_FALSE(contains("172.16.0.0/12", "172.15.255.255"));
  EXPECT_TRUE(contains("2001:db8:8000::/33", "2001:db8:ffff::"));
  EXPECT_FALSE(contains("2001:db8:8000::/33", "2001:db8:7fff::"));
}

TEST(AddressPrefix, OfAnAddressAloneIsThatAddress) {
  for (const std::string address : {"192.0.2.7", "2001:db8::7"}) {
    EXPECT_TRUE(contains(address, address));
    EXPECT_EQ(AddressPrefix::from(address),
              AddressPrefix::from(address + (address[0] == '1' ? "/32" : "/128")));
  }
  EXPECT_FALSE(contains("192.0.2.7", "192.0.2.6"));
  EXPECT_FALSE(contains("2001:db8::7", "2001:db8::6"));
}

TEST(AddressPrefix, OfNoBitsContainsAllOfItsFamilyAndNoneOfTheOther) {
  EXPECT_TRUE(contains("0.0.0.0/0", "255.255.255.255"));
  EXPECT_FALSE(contains("0.0.0.0/0", "::1"));
  EXPECT_TRUE(contains("::/0", "ffff::1"));
  EXPECT_FALSE(contains("::/0", "192.0.2.7"));
}

// RFC 4291 §2.5.5.2: one host, two ways to write it.
TEST(AddressPrefix, KnowsAnIPv4MappedAddressAsIPv4) {
  EXPECT_TRUE(contains("192.0.2.7", "::ffff:192.0.2.7"));
  EXPECT_TRUE(contains("::ffff:192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(AddressPrefix::from("::ffff:10.0.0.0/104"));
  EXPECT_FALSE(AddressPrefix::from("::ffff:10.0.0.0/8"));
}

TEST(AddressPrefix, LeavesNoBitSetBehindItsLength) {
  for (const char* text :
       {"10.0.0.1/8", "10.128.0.0/8", "192.0.2.7/31", "1.0.0.0/0", "fd00::1/8", "2001:db8::1/127"})
    EXPECT_FALSE(AddressPrefix::from(text)) << text;
  for (const char* text : {"192.0.2.6/31", "2001:db8::2/127"}) EXPECT_TRUE(AddressPrefix::from(text)) << text;
}

TEST(AddressPrefix, AroundAnAddressIsTheOneThatItIsIn) {
  const Endpoint v6 = *Endpoint::from("2001:db8:1:2:ffff::9", 5060),
                 v4 = *Endpoint::from("192.0.2.255", 5060);
  EXPECT_EQ(AddressPrefix::around(v6, 64), AddressPrefix::from("2001:db8:1:2::/64"));
  EXPECT_EQ(AddressPrefix::around(v6, 64).first(), *Endpoint::from("2001:db8:1:2::", 0));
  EXPECT_EQ(AddressPrefix::around(v4, 32), AddressPrefix::from("192.0.2.255"));
  EXPECT_EQ(AddressPrefix::around(v4, 25), AddressPrefix::from("192.0.2.128/25"));
  EXPECT_EQ(AddressPrefix::around(v4, 0), AddressPrefix::from("0.0.0.0/0"));
}

TEST(AddressPrefix, IsNothingElse) {
  for (const char* text :
       {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/ 8", "10.0.0.0/8 ",
        "10.0.0.0/8/8", "10.0.0.0/4294967304", "10.0.0.0/255.0.0.0", "10/8", "fd00::/129", "[fd00::]/8",
        "fe80::1%eth0", "localhost", "example.com/8", "10.0.0.0:5060"}) {
    EXPECT_FALSE(AddressPrefix::from(text)) << text;
  }
}

}  // namespace
}  // namespace flowgate
