#include "flowtoken/base64url.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace flowgate {
namespace {

std::string encode(std::string_view octets) {
  std::string text;
  encode_base64url({reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()}, text);
  return text;
}

bool decodes(std::string_view text, std::size_t size) {
  std::vector<std::uint8_t> octets(size);
  return decode_base64url(text, octets);
}

// RFC 4648 §10, without the padding.
TEST(Base64url, EncodesTheTestVectors) {
  EXPECT_EQ(encode(""), "");
  EXPECT_EQ(encode("f"), "Zg");
  EXPECT_EQ(encode("fo"), "Zm8");
  EXPECT_EQ(encode("foo"), "Zm9v");
  EXPECT_EQ(encode("foob"), "Zm9vYg");
  EXPECT_EQ(encode("fooba"), "Zm9vYmE");
  EXPECT_EQ(encode("foobar"), "Zm9vYmFy");
}

// RFC 4648 §5: "-" and "_" stand for 62 and 63.
TEST(Base64url, UsesTheUrlSafeAlphabet) {
  EXPECT_EQ(encode("\xfb\xff\xbf"), "-_-_");
}

// RFC 4648 §5, table 2: at each place of a text, and behind texts of each length, every value has its own
// character.
TEST(Base64url, WritesEachValueAtEachPlaceAsTheTableHasIt) {
  const std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (std::size_t size = 1; size <= 27; ++size) {
    for (std::size_t at = 0; at < base64url_length(size); ++at) {
      for (unsigned value = 0; value < 64; ++value) {
        std::string octets(size, '\0');
        for (unsigned bit = 0; bit < 6 && at * 6 + bit < size * 8; ++bit) {
          const std::size_t place = at * 6 + bit;
          if ((value >> (5 - bit) & 1) != 0) octets[place / 8] |= static_cast<char>(0x80 >> place % 8);
        }
        const std::size_t carried = std::min<std::size_t>(6, size * 8 - at * 6);
        std::string expected(base64url_length(size), 'A');
        expected[at] = alphabet[value >> (6 - carried) << (6 - carried)];
        ASSERT_EQ(encode(octets), expected) << size << ' ' << at << ' ' << value;
      }
    }
  }
}

TEST(Base64url, Appends) {
  std::string text = "sip:";
  const std::uint8_t octets[] = {'f', 'o', 'o'};
  encode_base64url(octets, text);
  EXPECT_EQ(text, "sip:Zm9v");
}

TEST(Base64url, DecodesWhatItEncoded) {
  std::vector<std::uint8_t> octets;
  for (int n = 0; n < 300; ++n) {
    std::string text;
    encode_base64url(octets, text);
    std::vector<std::uint8_t> decoded(octets.size());
    ASSERT_TRUE(decode_base64url(text, decoded)) << n;
    EXPECT_EQ(decoded, octets);
    octets.push_back(static_cast<std::uint8_t>(255 - n));
  }
}

// RFC 4648 §3.3: "Implementations MUST reject the encoded data if it contains characters outside the base
// alphabet".
TEST(Base64url, RefusesAnyOtherCharacter) {
  unsigned accepted = 0;
  for (int c = 0; c < 256; ++c) accepted += decodes(std::string{'A', static_cast<char>(c), 'A', 'A'}, 3);
  EXPECT_EQ(accepted, 64U);
  for (const std::size_t octets : {4, 5, 6}) {
    const std::string good(base64url_length(octets), 'A');
    for (std::size_t at = 0; at < good.size(); ++at) {
      std::string bad = good;
      bad[at] = '=';
      EXPECT_TRUE(decodes(good, octets));
      EXPECT_FALSE(decodes(bad, octets)) << octets << ' ' << at;
    }
  }
  for (const char c : std::string_view("=+/ \t\r\n%.\0", 10)) {
    EXPECT_FALSE(decodes(std::string("AAA") + c, 3)) << static_cast<int>(c);
  }
}

// RFC 4648 §3.5: the bits that carry nothing are zero.
TEST(Base64url, RefusesBitsThatCarryNothing) {
  EXPECT_TRUE(decodes("Zg", 1));
  EXPECT_TRUE(decodes("Zm8", 2));
  unsigned one = 0;
  unsigned two = 0;
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")) {
    one += decodes(std::string("Z") + c, 1);
    two += decodes(std::string("Zm") + c, 2);
  }
  EXPECT_EQ(one, 4U);
  EXPECT_EQ(two, 16U);
}

TEST(Base64url, RefusesAnyOtherLength) {
  for (std::size_t size = 0; size < 12; ++size) {
    for (std::size_t length = 0; length < 20; ++length) {
      EXPECT_EQ(decodes(std::string(length, 'A'), size), length == base64url_length(size));
    }
  }
}

}  // namespace
}  // namespace flowgate
