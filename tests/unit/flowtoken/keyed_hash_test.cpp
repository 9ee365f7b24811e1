#include "flowtoken/keyed_hash.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>
#include <string>
#include <unordered_map>

namespace flowgate {
namespace {

// "SipHash: a fast short-input PRF", appendix A and the reference implementation's vectors: the key is the
// octets 00 to 0f, the n-th input the octets 00 to n-1.
constexpr HashKey vector_key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
constexpr std::uint64_t vectors[64] = {
    0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d, 0xcf2794e0277187b7,
    0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137, 0x93f5f5799a932462, 0x9e0082df0ba9e4b0,
    0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7, 0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee,
    0xa129ca6149be45e5, 0x3f2acc7f57c29bdb, 0x699ae9f52cbe4794, 0x4bc1b3f0968dd39c, 0xbb6dc91da77961bd,
    0xbed65cf21aa2ee98, 0xd0f2cbb02e3b67c7, 0x93536795e3a33e88, 0xa80c038ccd5ccec8, 0xb8ad50c6f649af94,
    0xbce192de8a85b8ea, 0x17d835b85bbb15f3, 0x2f2e6163076bcfad, 0xde4daaaca71dc9a5, 0xa6a2506687956571,
    0xad87a3535c49ef28, 0x32d892fad841c342, 0x7127512f72f27cce, 0xa7f32346f95978e3, 0x12e0b01abb051238,
    0x15e034d40fa197ae, 0x314dffbe0815a3b4, 0x027990f029623981, 0xcadcd4e59ef40c4d, 0x9abfd8766a33735c,
    0x0e3ea96b5304a7d0, 0xad0c42d6fc585992, 0x187306c89bc215a9, 0xd4a60abcf3792b95, 0xf935451de4f21df2,
    0xa9538f0419755787, 0xdb9acddff56ca510, 0xd06c98cd5c0975eb, 0xe612a3cb9ecba951, 0xc766e62cfcadaf96,
    0xee64435a9752fe72, 0xa192d576b245165a, 0x0a8787bf8ecb74b2, 0x81b3e73d20b49b6f, 0x7fa8220ba3b2ecea,
    0x245731c13ca42499, 0xb78dbfaf3a8d83bd, 0xea1ad565322a1a0b, 0x60e61c23a3795013, 0x6606d7e446282b93,
    0x6ca4ecb15c5f91e1, 0x9f626da15c9625f3, 0xe51b38608ef25f57, 0x958a324ceb064572,
};

TEST(KeyedHash, IsSipHash24) {
  std::string input;
  for (std::size_t n = 0; n < std::size(vectors); ++n) {
    EXPECT_EQ(siphash24(vector_key, input), vectors[n]) << n;
    input += static_cast<char>(n);
  }
}

// What OpenSSL's SipHash gives with one round for each word and three at the end.
TEST(KeyedHash, IsSipHash13) {
  std::string input;
  for (int n = 0; n < 64; ++n) input += static_cast<char>(n);
  const auto hash = [&](std::size_t size) {
    return siphash13(vector_key, std::string_view{input}.substr(0, size));
  };
  EXPECT_EQ(hash(0), 0xabac0158050fc4dcU);
  EXPECT_EQ(hash(1), 0xc9f49bf37d57ca93U);
  EXPECT_EQ(hash(7), 0xd3927d989bb11140U);
  EXPECT_EQ(hash(8), 0x369095118d299a8eU);
  EXPECT_EQ(hash(15), 0xd320d86d2a519956U);
  EXPECT_EQ(hash(48), 0x9f3143f8df074c46U);
  EXPECT_EQ(hash(63), 0x9d199062b7bbb3a8U);
}

TEST(KeyedHash, ReadsOctetsAsUnsigned) {
  EXPECT_NE(siphash24(vector_key, "\x80"), siphash24(vector_key, std::string_view("\x80\xff", 2)));
  EXPECT_NE(siphash24(vector_key, "\x7f"), siphash24(vector_key, "\xff"));
  // From OpenSSL's SipHash under the same key.
  EXPECT_EQ(siphash24(vector_key, "\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7\xf6\xf5"), 0xf214c1e17c4bd36c);
}

TEST(KeyedHash, CountsTrailingZeros) {
  EXPECT_NE(siphash24(vector_key, std::string_view("\0", 1)),
            siphash24(vector_key, std::string_view("\0\0", 2)));
}

TEST(KeyedHash, DependsOnBothHalvesOfTheKey) {
  EXPECT_NE(siphash24({1, 0}, "z9hG4bK"), siphash24({0, 1}, "z9hG4bK"));
  EXPECT_NE(siphash24({1, 0}, "z9hG4bK"), siphash24({2, 0}, "z9hG4bK"));
}

TEST(KeyedHash, TheKeyOfTheProcessStaysAndIsNotZero) {
  const HashKey first = process_hash_key();
  EXPECT_EQ(first, process_hash_key());
  EXPECT_NE(first, HashKey{});
}

TEST(KeyedHash, HasAHundredAndTwentyEightBitsWhereSixtyFourAreNotEnough) {
  // From OpenSSL's SipHash with hash-size 16 under the same key; its octets are the two words', lowest first.
  const auto of_nothing = siphash24_128(vector_key, "");
  EXPECT_EQ(of_nothing[0], 0xe6a825ba047f81a3);
  EXPECT_EQ(of_nothing[1], 0x930255c71472f66d);
  EXPECT_NE(siphash24_128(vector_key, "a"), siphash24_128(vector_key, "b"));
}

TEST(KeyedHash, IsOpenSslsOfEveryLength) {
  const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac{EVP_MAC_fetch(nullptr, "SIPHASH", nullptr),
                                                              &EVP_MAC_free};
  ASSERT_TRUE(mac);
  std::size_t size = 16;
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_size_t("size", &size), OSSL_PARAM_construct_end()};
  std::string data;
  for (int length = 0; length < 70; ++length, data += static_cast<char>(3 * length)) {
    const std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context{EVP_MAC_CTX_new(mac.get()),
                                                                            &EVP_MAC_CTX_free};
    std::array<std::uint64_t, 2> expected{};
    auto* const octets = reinterpret_cast<unsigned char*>(expected.data());
    ASSERT_EQ(EVP_MAC_init(context.get(), reinterpret_cast<const unsigned char*>(vector_key.data()),
                           sizeof vector_key, params),
              1);
    ASSERT_EQ(EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(data.data()), data.size()),
              1);
    ASSERT_EQ(EVP_MAC_final(context.get(), octets, nullptr, sizeof expected), 1);
    EXPECT_EQ(siphash24_128(vector_key, data), expected) << length;
  }
}

TEST(KeyedHash, OfWordsIsThatOfTheirOctets) {
  const std::array<std::uint64_t, 2> words{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  const std::string_view octets("\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17", 16);
  EXPECT_EQ(siphash13(vector_key, words), siphash13(vector_key, octets));
}

TEST(KeyedHash, FindsAStringByAView) {
  std::unordered_map<std::string, int, KeyedHash, std::equal_to<>> table{{"sip:bob@example.com", 1}};
  EXPECT_EQ(table.count(std::string_view("sip:bob@example.com")), 1U);
  EXPECT_EQ(table.count(std::string_view("sip:bob@example.org")), 0U);
}

}  // namespace
}  // namespace flowgate
