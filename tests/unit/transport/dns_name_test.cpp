#include "transport/dns/name.h"

#include <gtest/gtest.h>

namespace flowgate::dns {
namespace {

TEST(DnsName, OneNameHasOneSpelling) {
  EXPECT_EQ(canonical_name("Example.COM."), "example.com");
  EXPECT_EQ(canonical_name("_sip._udp.example.com"), "_sip._udp.example.com");
  EXPECT_EQ(canonical_name("localhost"), "localhost");
}

// RFC 1035 §2.3.4: "labels 63 octets or less, names 255 octets or less"
TEST(DnsName, LabelsAndNamesAreBounded) {
  const std::string label(63, 'a');
  EXPECT_TRUE(canonical_name(label + ".com"));
  EXPECT_FALSE(canonical_name(label + "a.com"));
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
  ASSERT_EQ(longest.size(), 253U);
  EXPECT_TRUE(canonical_name(longest));
  EXPECT_TRUE(canonical_name(longest + "."));
  EXPECT_FALSE(canonical_name(longest + "b"));
}

TEST(DnsName, WhatNamesNoHostIsNone) {
  using namespace std::string_view_literals;
  for (const auto text :
       {""sv, "."sv, ".."sv, "a..b"sv, ".a"sv, "a b"sv, "a\0b"sv, "a\\.b"sv, "\xc3\xa4.de"sv}) {
    EXPECT_FALSE(canonical_name(text)) << text;
  }
}

}  // namespace
}  // namespace flowgate::dns
