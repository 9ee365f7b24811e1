#include "sip/text.h"

#include <gtest/gtest.h>

namespace flowgate::sip {
namespace {

using namespace std::string_literals;

TEST(Text, OneOctetThatDiffersInMoreThanCaseIsFoundWhereverItStands) {
  const std::string text = "Session-Expires-And-More";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const std::string a = text.substr(0, size);
    EXPECT_TRUE(equals_nocase(a, to_lower(a))) << size;
    for (std::size_t at = 0; at < size; ++at) {
      // '-' and CR, like '@' and '`', differ in the bit of case and are no letters.
      for (const char other : {'\0', static_cast<char>(a[at] ^ 1), a[at] == '-' ? '\r' : '-'}) {
        std::string b = a;
        b[at] = other;
        EXPECT_FALSE(equals_nocase(a, b)) << size << " " << at;
      }
    }
  }
  EXPECT_FALSE(equals_nocase("@", "`"));
  EXPECT_FALSE(equals_nocase("abcdefg@", "ABCDEFG`"));
  EXPECT_FALSE(equals_nocase("abc@", "ABC`"));
}

TEST(Text, TokenIsOneOrMoreAlphanumOrTheTenMarks) {
  EXPECT_TRUE(is_token("INVITE"));
  EXPECT_TRUE(is_token("azAZ09-.!%*_+`'~"));
  EXPECT_FALSE(is_token(""));
  int token_chars_seen = 0;
  for (int octet = 0; octet < 256; ++octet) {
    const char c = static_cast<char>(octet);
    token_chars_seen += is_token({&c, 1}) ? 1 : 0;
  }
  EXPECT_EQ(token_chars_seen, 26 + 26 + 10 + 10);
  for (const char c : "()<>@,;:\\\"/[]?={} \t\r\n\x7f\xc3"s) EXPECT_FALSE(is_token({&c, 1})) << int{c};
}

TEST(Text, ComparesAsciiLettersWithoutCaseAndNothingElse) {
  EXPECT_TRUE(equals_nocase("Call-ID", "cALL-id"));
  EXPECT_FALSE(equals_nocase("Call-ID", "Call-I"));
  EXPECT_FALSE(equals_nocase("", "x"));
  EXPECT_FALSE(equals_nocase("@[`{", "`{@["));
  EXPECT_FALSE(equals_nocase("\xc3\x84", "\xc3\xa4"));
  EXPECT_EQ(to_lower("SIP:Bob@[2001:DB8::A]\xc3\x84"), "sip:bob@[2001:db8::a]\xc3\x84");
}

TEST(Text, LwsIsTrimmedAtBothEndsOnly) {
  EXPECT_EQ(trim(" \t\r\n a b \r\n\t"), "a b");
  EXPECT_EQ(trim(" \r\n"), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Text, NumbersAreDigitsWithinTheirBound) {
  EXPECT_EQ(parse_number("0"), 0u);
  EXPECT_EQ(parse_number("0068"), 68u);
  EXPECT_EQ(parse_number("4294967295"), 4294967295u);
  EXPECT_EQ(parse_number("65535", 65535), 65535u);
  EXPECT_FALSE(parse_number("65536", 65535));
  EXPECT_FALSE(parse_number("4294967296"));
  EXPECT_FALSE(parse_number("18446744073709551617"));  // 2^64 + 1
  for (const auto* text : {"", "-1", "+1", " 1", "1 ", "0x1", "1.0", "1a"})
    EXPECT_FALSE(parse_number(text)) << text;
}

TEST(Text, DeltaSecondsTooLargeToHoldAreTheLargest) {
  EXPECT_EQ(parse_seconds("3600"), 3600u);
  EXPECT_EQ(parse_seconds("4294967295"), 4294967295u);
  EXPECT_EQ(parse_seconds("4294967296"), 4294967295u);
  EXPECT_EQ(parse_seconds(std::string(1000, '9')), 4294967295u);
  EXPECT_FALSE(parse_seconds(""));
  EXPECT_FALSE(parse_seconds("-1"));
  EXPECT_FALSE(parse_seconds(std::string(1000, '9') + "x"));
}

TEST(Text, EscapesAreThePercentSignAndTwoHexadecimalDigits) {
  EXPECT_EQ(unescape("sip%3Auser%40example.com"), "sip:user@example.com");
  EXPECT_EQ(unescape("%41%4a%4A"), "AJJ");
  EXPECT_EQ(unescape("null-%00-null"), "null-\0-null"s);
  EXPECT_EQ(unescape("RE%47IST%45R%"), "REGISTER%");
  EXPECT_EQ(unescape("%4"), "%4");
  EXPECT_EQ(unescape("%Z%45"), "%ZE");
  EXPECT_EQ(unescape("%%41"), "%A");
  EXPECT_EQ(unescape("%2541"), "%41");
}

TEST(Text, QuotedPairsStandForTheirSecondCharacter) {
  EXPECT_EQ(unquote(R"("J Rosenberg \\\"")"), R"(J Rosenberg \")");
  EXPECT_EQ(unquote("\"\""), "");
  EXPECT_EQ(unquote("plain"), "plain");
  EXPECT_EQ(unquote("\""), "\"");
  EXPECT_EQ(unquote("\"open"), "\"open");
}

}  // namespace
}  // namespace flowgate::sip
