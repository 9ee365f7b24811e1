#include "proxy/branch.h"

#include <gtest/gtest.h>

#include <limits>

namespace flowgate::proxy {
namespace {

constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();

TEST(Branch, BeginsWithTheMagicCookieAndHoldsShardTransactionAndLoopHash) {
  EXPECT_EQ((Branch{0x0a, 0x0123456789abcdef, 0xfedcba9876543210}.text()),
            "z9hG4bKfg0a0123456789abcdeffedcba9876543210");
}

TEST(Branch, ReadsWhatItWrote) {
  for (const Branch& branch :
       {Branch{0, 0, 0}, Branch{255, most, most}, Branch{7, 1, 2}, Branch{0, most, 0}}) {
    const auto read = Branch::parse(branch.text());
    ASSERT_TRUE(read) << branch.text();
    EXPECT_EQ(read->shard, branch.shard);
    EXPECT_EQ(read->id, branch.id);
    EXPECT_EQ(read->loop_hash, branch.loop_hash);
  }
}

// RFC 3261 §7.3.1: tokens are compared without case, and an element may have written ours in another.
TEST(Branch, IsReadWithoutCase) {
  const auto read = Branch::parse("Z9HG4BKFG0A0123456789ABCDEFFEDCBA9876543210");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->shard, 0x0a);
  EXPECT_EQ(read->id, 0x0123456789abcdefU);
  EXPECT_EQ(read->loop_hash, 0xfedcba9876543210U);
}

TEST(Branch, IsNothingOfAnyOtherForm) {
  const std::string good = Branch{1, 2, 3}.text();
  EXPECT_FALSE(Branch::parse(""));
  EXPECT_FALSE(Branch::parse("z9hG4bK"));
  EXPECT_FALSE(Branch::parse("z9hG4bKnashds7"));
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(Branch::parse(good.substr(0, size)));
  EXPECT_FALSE(Branch::parse(good + "0"));
  EXPECT_FALSE(Branch::parse(" " + good.substr(1)));
}

TEST(Branch, IsNothingWhenAnyOctetOfItIsNotWhatItMustBe) {
  const std::string good = Branch{1, 2, 3}.text();
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char c : {'x', '-', '+', ' ', '\0', '\xff'}) {
      std::string bad = good;
      bad[i] = c;
      EXPECT_FALSE(Branch::parse(bad)) << i << " is " << static_cast<int>(c);
    }
  }
}

TEST(Branch, OfAResponseItsShardIsFoundUnparsed) {
  const std::string branch = Branch{7, 1, 2}.text();
  EXPECT_EQ(shard_of_response("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1;rport;branch=" + branch + "\r\n"),
            7U);
  EXPECT_EQ(shard_of_response("SIP/2.0 200 OK\r\nv:SIP/2.0/UDP 192.0.2.1;branch=" + branch), 7U);
  EXPECT_EQ(shard_of_response("OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=" + branch),
            std::nullopt);
  EXPECT_EQ(shard_of_response("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"),
            std::nullopt);
  EXPECT_EQ(shard_of_response("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=" + branch.substr(0, 20)),
            std::nullopt);
  EXPECT_EQ(shard_of_response(""), std::nullopt);
}

}  // namespace
}  // namespace flowgate::proxy
