#include "stun/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rfc5769.h"

namespace flowgate::stun {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::uint16_t> unknown(const std::string& datagram) {
  const auto parsed = parse_request(datagram);
  EXPECT_TRUE(parsed);
  if (!parsed) return {0xffff};
  const auto types = parsed->unknown.types();
  return {types.begin(), types.end()};
}

TEST(Request, TellsTheMagicCookieFromRfc3489) {
  const std::string modern = request();
  const std::string classic = classic_request();
  ASSERT_TRUE(parse_request(modern));
  ASSERT_TRUE(parse_request(classic));
  EXPECT_FALSE(parse_request(modern)->classic);
  EXPECT_TRUE(parse_request(classic)->classic);
  EXPECT_EQ(parse_request(modern)->transaction, transaction);
  EXPECT_EQ(parse_request(classic)->transaction, classic_transaction);
}

// RFC 5769 §2.1 is a check of ICE: PRIORITY (0x0024) is not ours to understand, ICE-CONTROLLED (0x8029) and
// SOFTWARE (0x8022) need not be understood.
TEST(Request, SampleIsRefusedForPriorityAlone) {
  const auto sample = parse_request(rfc5769::sample_request);
  ASSERT_TRUE(sample);
  EXPECT_TRUE(sample->fingerprint);
  EXPECT_FALSE(sample->classic);
  EXPECT_THAT(unknown(rfc5769::sample_request), ElementsAre(0x0024));
}

// RFC 5769 §2.4: credentials are understood and ignored.
TEST(Request, SampleWithLongTermAuthenticationIsUnderstood) {
  EXPECT_THAT(unknown(rfc5769::sample_long_term_request), IsEmpty());
}

// RFC 5769 §2.2, §2.3: we send no requests, so nobody owes us a response.
TEST(Request, IsNoResponse) {
  EXPECT_FALSE(parse_request(rfc5769::sample_ipv4_response));
  EXPECT_FALSE(parse_request(rfc5769::sample_ipv6_response));
}

TEST(Request, HasExactlyTheTypeOfABindingRequest) {
  unsigned accepted = 0;
  for (unsigned type = 0; type < 0x10000; ++type) {
    accepted += parse_request(message(type, transaction)).has_value();
  }
  EXPECT_EQ(accepted, 1U);
  EXPECT_FALSE(parse_request(message(0x0011, transaction))) << "an indication";
}

// RFC 5389 §6: "the last 2 bits of this field are always zero".
TEST(Request, HasALengthThatIsAMultipleOfFourAndIsThere) {
  const std::string whole = request(attribute(0x8022, "test"));
  ASSERT_TRUE(parse_request(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_request(std::string_view(whole).substr(0, size))) << size;
  }
  EXPECT_FALSE(parse_request(whole + std::string(1, '\0')));
  EXPECT_FALSE(parse_request(whole + std::string(4, '\0')));
  for (unsigned length = 0; length < 0x10000; ++length) {
    std::string other = whole;
    other.replace(2, 2, number16(length));
    EXPECT_EQ(parse_request(other).has_value(), length == 8) << length;
  }
  std::string odd = request();
  odd.replace(2, 2, number16(2));
  EXPECT_FALSE(parse_request(odd + "ab"));
}

TEST(Request, HasAttributesThatEndInsideIt) {
  for (unsigned length = 0; length < 0x10000; ++length) {
    const std::string cut = request(number16(0x8022) + number16(length) + "12345678");
    // With four octets or less, "5678" is the header of another attribute, one of 0x3738 octets.
    EXPECT_EQ(parse_request(cut).has_value(), length > 4 && length <= 8) << length;
  }
}

TEST(Request, SkipsThePaddingOfItsAttributes) {
  for (std::size_t length = 0; length < 9; ++length) {
    const std::string padded = request(attribute(0x8022, std::string(length, 'x')) + attribute(0x7fff));
    EXPECT_THAT(unknown(padded), ElementsAre(0x7fff)) << length;
  }
}

// RFC 5389 §15: 0x0000 to 0x7FFF must be understood, 0x8000 to 0xFFFF need not.
TEST(Request, UnderstandsWhatItMust) {
  std::vector<unsigned> modern;
  std::vector<unsigned> classic;
  for (unsigned type = 0; type < 0x10000; ++type) {
    if (type == 0x8028) continue;
    const bool in_modern = unknown(request(attribute(type, std::string(4, '\0')))).empty();
    const bool in_classic = unknown(classic_request(attribute(type, std::string(4, '\0')))).empty();
    EXPECT_TRUE(type < 0x8000 || (in_modern && in_classic)) << type;
    if (type < 0x8000 && in_modern) modern.push_back(type);
    if (type < 0x8000 && in_classic) classic.push_back(type);
  }
  EXPECT_THAT(modern, ElementsAre(0x0001, 0x0003, 0x0006, 0x0008, 0x0009, 0x000a, 0x0014, 0x0015, 0x001c,
                                  0x001d, 0x001e, 0x0020));
  EXPECT_THAT(classic, ElementsAre(0x0001, 0x0003, 0x0004, 0x0005, 0x0006, 0x0007, 0x0008, 0x0009, 0x000a,
                                   0x000b, 0x0014, 0x0015, 0x001c, 0x001d, 0x001e, 0x0020));
}

// RFC 3489 §11.2.4; RFC 5626 §8: there is no other address or port to answer from.
TEST(Request, ForAChangeOfAddressOrPortIsRefused) {
  EXPECT_THAT(unknown(classic_request(attribute(0x0003, octets("00 00 00 00")))), IsEmpty());
  EXPECT_THAT(unknown(classic_request(attribute(0x0003, octets("00 00 00 02")))), ElementsAre(0x0003));
  EXPECT_THAT(unknown(classic_request(attribute(0x0003, octets("00 00 00 04")))), ElementsAre(0x0003));
  EXPECT_THAT(unknown(classic_request(attribute(0x0003, octets("00 00 00 06")))), ElementsAre(0x0003));
  EXPECT_THAT(unknown(classic_request(attribute(0x0003))), ElementsAre(0x0003));
  EXPECT_THAT(unknown(classic_request(attribute(0x0003, octets("00 00 00 00 00 00 00 00")))),
              ElementsAre(0x0003));
}

// RFC 3489 §12.1.
TEST(Request, ForAnAnswerToSomewhereElseIsRefused) {
  const std::string elsewhere = attribute(0x0002, octets("00 01 13 c4 c6 33 64 07"));
  EXPECT_THAT(unknown(classic_request(elsewhere)), ElementsAre(0x0002));
  EXPECT_THAT(unknown(request(elsewhere)), ElementsAre(0x0002));
}

TEST(Request, NamesEachUnknownAttributeOnceInOrder) {
  EXPECT_THAT(unknown(request(attribute(0x7ffe) + attribute(0x0024) + attribute(0x7ffe) + attribute(0x8029) +
                              attribute(0x0025) + attribute(0x0024))),
              ElementsAre(0x7ffe, 0x0024, 0x0025));
}

TEST(Request, NamesNoMoreThanTheMaximum) {
  std::string attributes;
  for (unsigned type = 0x4000; type < 0x4000 + 3000; ++type) attributes += attribute(type);
  const auto types = unknown(request(attributes));
  ASSERT_EQ(types.size(), UnknownAttributes::max);
  EXPECT_EQ(types.front(), 0x4000);
  EXPECT_EQ(types.back(), 0x4000 + UnknownAttributes::max - 1);
}

// RFC 5389 §15.4, RFC 8489 §14.5: what follows MESSAGE-INTEGRITY is ignored.
TEST(Request, IgnoresWhatFollowsMessageIntegrity) {
  const std::string sha1 = attribute(0x0008, std::string(20, 'm'));
  const std::string sha256 = attribute(0x001c, std::string(32, 'm'));
  EXPECT_THAT(unknown(request(sha1 + attribute(0x0024))), IsEmpty());
  EXPECT_THAT(unknown(request(sha256 + attribute(0x0024))), IsEmpty());
  EXPECT_THAT(unknown(request(sha1 + sha256 + attribute(0x0024))), IsEmpty());
  EXPECT_THAT(unknown(request(attribute(0x0025) + sha1 + attribute(0x0024))), ElementsAre(0x0025));
  EXPECT_FALSE(parse_request(request(sha1 + octets("00 24 00 04")))) << "ignored, yet it must be well formed";
  const std::string fingerprinted = with_fingerprint(request(sha1 + sha256));
  ASSERT_TRUE(parse_request(fingerprinted));
  EXPECT_TRUE(parse_request(fingerprinted)->fingerprint);
}

// RFC 5389 §7.3: a message whose FINGERPRINT does not match is not STUN.
TEST(Request, HasAFingerprintThatMatchesOrNone) {
  const std::string good = with_fingerprint(request(attribute(0x8022, "test")));
  ASSERT_TRUE(parse_request(good));
  EXPECT_TRUE(parse_request(good)->fingerprint);
  EXPECT_FALSE(parse_request(request())->fingerprint);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ 1 << (bit % 8));
    const auto parsed = parse_request(bad);
    EXPECT_TRUE(!parsed || !parsed->fingerprint) << bit;
  }
}

// RFC 5389 §15.5: "the FINGERPRINT attribute MUST be the last attribute in the message".
TEST(Request, HasItsFingerprintLast) {
  const std::string once = with_fingerprint(request());
  std::string more = once + attribute(0x8022, "test");
  more.replace(2, 2, number16(static_cast<unsigned>(more.size()) - 20));
  EXPECT_FALSE(parse_request(more));
  EXPECT_FALSE(parse_request(with_fingerprint(once)));
  EXPECT_FALSE(parse_request(request(attribute(0x8028, "12345"))));
  EXPECT_FALSE(parse_request(request(attribute(0x8028))));
}

}  // namespace
}  // namespace flowgate::stun
