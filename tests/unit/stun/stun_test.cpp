#include "stun/stun.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "rfc5769.h"

namespace flowgate::stun {
namespace {

using testing::ElementsAre;

// RFC 5764 §5.1.2.
TEST(Stun, IsToldFromSipByItsFirstOctet) {
  EXPECT_TRUE(looks_like_stun(request()));
  EXPECT_TRUE(looks_like_stun(std::string(1, '\0')));
  EXPECT_TRUE(looks_like_stun("\3"));
  EXPECT_FALSE(looks_like_stun(""));
  EXPECT_FALSE(looks_like_stun("\4"));
  EXPECT_FALSE(looks_like_stun("\x80"));
  EXPECT_FALSE(looks_like_stun("OPTIONS sip:example.com SIP/2.0\r\n"));
  EXPECT_FALSE(looks_like_stun("\r\n\r\n"));
}

// RFC 5626 §8: "a Binding Response that MUST include the XOR-MAPPED-ADDRESS attribute". RFC 5769 §2.2, §2.3:
// the attribute as printed, for the same transaction id.
TEST(Binding, ResponseHasTheXorMappedAddressAsPrinted) {
  const auto v4 = decode(answer(request()));
  EXPECT_EQ(v4.type, 0x0101U);
  EXPECT_EQ(v4.id, transaction);
  EXPECT_THAT(v4.types(), ElementsAre(0x0020));
  EXPECT_EQ(v4.value(0x0020), decode(rfc5769::sample_ipv4_response).value(0x0020));
  EXPECT_EQ(v4.value(0x0020), octets("00 01 a1 47 e1 12 a6 43"));

  const auto v6 = decode(answer(request(), alice_v6));
  EXPECT_EQ(v6.type, 0x0101U);
  EXPECT_EQ(v6.id, transaction);
  EXPECT_THAT(v6.types(), ElementsAre(0x0020));
  EXPECT_EQ(v6.value(0x0020), decode(rfc5769::sample_ipv6_response).value(0x0020));
  EXPECT_EQ(v6.value(0x0020), octets("00 02 a1 47 01 13 a9 fa a5 d3 f1 79 bc 25 f4 b5 be d2 b9 d9"));
}

TEST(Binding, ResponseHasAFingerprintWhenTheRequestHasOne) {
  EXPECT_THAT(decode(answer(with_fingerprint(request()))).types(), ElementsAre(0x0020, 0x8028));
  EXPECT_THAT(decode(answer(with_fingerprint(request()), alice_v6)).types(), ElementsAre(0x0020, 0x8028));
  EXPECT_THAT(decode(answer(with_fingerprint(request(attribute(0x0024, "1234"))))).types(),
              ElementsAre(0x0009, 0x000a, 0x8028));
}

// RFC 5769 §2.4: we authenticate nobody, so a MESSAGE-INTEGRITY is neither checked nor sent.
TEST(Binding, RequestWithCredentialsIsAnsweredWithoutThem) {
  const auto response = decode(answer(rfc5769::sample_long_term_request));
  EXPECT_EQ(response.type, 0x0101U);
  EXPECT_EQ(response.id, rfc5769::sample_long_term_request.substr(4, 16));
  EXPECT_THAT(response.types(), ElementsAre(0x0020));
}

// RFC 5769 §2.1, RFC 5389 §7.3.1: 420 (Unknown Attribute) with the types that we do not understand.
TEST(Binding, SampleRequestOfIceIsAnswered420) {
  const auto response = decode(answer(rfc5769::sample_request));
  EXPECT_EQ(response.type, 0x0111U);
  EXPECT_EQ(response.id, transaction);
  EXPECT_THAT(response.types(), ElementsAre(0x0009, 0x000a, 0x8028));
  EXPECT_EQ(response.value(0x0009), octets("00 00 04 14") + "Unknown Attribute");
  EXPECT_EQ(response.value(0x000a), octets("00 24"));
}

TEST(Binding, ErrorResponseListsEveryUnknownAttribute) {
  const auto response = decode(answer(request(attribute(0x0025) + attribute(0x0024, "1234"))));
  EXPECT_EQ(response.type, 0x0111U);
  EXPECT_EQ(response.value(0x000a), octets("00 25 00 24"));
}

// RFC 5389 §12.2: for an RFC 3489 client, what stands in place of the magic cookie is copied, and a
// MAPPED-ADDRESS takes the place of the XOR-MAPPED-ADDRESS.
TEST(ClassicBinding, ResponseHasTheMappedAddress) {
  const auto v4 = decode(answer(classic_request()));
  EXPECT_EQ(v4.type, 0x0101U);
  EXPECT_EQ(v4.id, classic_transaction);
  EXPECT_THAT(v4.types(), ElementsAre(0x0001));
  EXPECT_EQ(v4.value(0x0001), octets("00 01 80 55 c0 00 02 01"));

  const auto v6 = decode(answer(classic_request(), alice_v6));
  EXPECT_EQ(v6.id, classic_transaction);
  EXPECT_THAT(v6.types(), ElementsAre(0x0001));
  EXPECT_EQ(v6.value(0x0001), octets("00 02 80 55 20 01 0d b8 12 34 56 78 00 11 22 33 44 55 66 77"));
}

TEST(ClassicBinding, RequestWithoutAnyChangeIsAnswered) {
  EXPECT_EQ(decode(answer(classic_request(attribute(0x0003, octets("00 00 00 00"))))).type, 0x0101U);
}

// RFC 3489 §11.2.9: a reason phrase of a multiple of four octets. §11.2.10: "If the number of unknown
// attributes is an odd number, one of the attributes MUST be repeated in the list".
TEST(ClassicBinding, ErrorResponseHasTheLengthsOfRfc3489) {
  const auto odd = decode(answer(classic_request(attribute(0x0003, octets("00 00 00 06")))));
  EXPECT_EQ(odd.type, 0x0111U);
  EXPECT_EQ(odd.id, classic_transaction);
  EXPECT_THAT(odd.types(), ElementsAre(0x0009, 0x000a));
  EXPECT_EQ(odd.value(0x0009), octets("00 00 04 14") + "Unknown Attribute   ");
  EXPECT_EQ(odd.value(0x000a), octets("00 03 00 03"));

  const auto even = decode(answer(classic_request(attribute(0x0002, "12345678") + attribute(0x7fff))));
  EXPECT_EQ(even.value(0x000a), octets("00 02 7f ff"));
}

TEST(Binding, AnythingElseIsMetWithSilence) {
  EXPECT_EQ(answer(""), "");
  EXPECT_EQ(answer(std::string(20, '\0')), "");
  EXPECT_EQ(answer(message(0x0011, transaction)), "") << "indication";
  EXPECT_EQ(answer(message(0x0101, transaction)), "") << "success response";
  EXPECT_EQ(answer(message(0x0111, transaction)), "") << "error response";
  EXPECT_EQ(answer(message(0x0003, transaction)), "") << "Allocate request";
  EXPECT_EQ(answer(message(0x8001, transaction)), "") << "first bits not zero";
  EXPECT_EQ(answer(rfc5769::sample_ipv4_response), "");
  std::string wrong = rfc5769::sample_request;
  wrong.back() = static_cast<char>(wrong.back() ^ 1);
  EXPECT_EQ(answer(wrong), "") << "FINGERPRINT that does not match";
}

// What we make is never a request: two servers aimed at each other fall silent.
TEST(Binding, AnswerIsNeverAnswered) {
  for (const std::string& datagram : {request(), classic_request(), with_fingerprint(request()),
                                      request(attribute(0x0024)), classic_request(attribute(0x0024))}) {
    ASSERT_NE(answer(datagram), "");
    EXPECT_EQ(answer(answer(datagram)), "");
  }
}

void expect_bounded(const std::string& datagram) {
  for (const Endpoint& remote : {alice, alice_v6}) {
    const std::string response = answer(datagram, remote);
    EXPECT_LE(response.size(), 3 * datagram.size());
    if (!response.empty()) decode(response);
  }
}

TEST(Hostile, AnswerIsNeverMoreThanThreeTimesTheRequest) {
  std::string attributes;
  for (unsigned count = 0; count < 40; ++count) {
    for (const std::string& id : {transaction, classic_transaction}) {
      const std::string plain = message(0x0001, id, attributes);
      ASSERT_NE(answer(plain), "");
      expect_bounded(plain);
      expect_bounded(with_fingerprint(plain));
    }
    attributes += attribute(0x4000 + count);
  }
}

TEST(Hostile, LongestMessageIsAnsweredWithinTheBound) {
  std::string attributes;
  for (unsigned i = 0; i < 0xfffc / 4; ++i) attributes += attribute(0x2000 + i % 0x5000);
  ASSERT_EQ(attributes.size(), 0xfffcU);
  EXPECT_EQ(decode(answer(request(attributes))).value(0x000a).size(), 32U);
  expect_bounded(request(attributes));
  expect_bounded(classic_request(attributes));
}

struct EveryRequest : testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(, EveryRequest,
                         testing::Values(rfc5769::sample_request, rfc5769::sample_long_term_request,
                                         request(), classic_request(attribute(0x0003, octets("00 00 00 04"))),
                                         with_fingerprint(request(attribute(0x8022, "edge"))),
                                         classic_request(attribute(0x0002, "12345678") + attribute(0x0024))));

// Copies of the exact size, so that a read past the end is found by the address sanitizer.
TEST_P(EveryRequest, IsSilencedByAnyTruncation) {
  for (std::size_t size = 0; size < GetParam().size(); ++size) {
    const std::vector<char> cut(GetParam().begin(), GetParam().begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(answer(std::string_view(cut.data(), cut.size())), "") << size;
  }
}

TEST_P(EveryRequest, StaysBoundedUnderAnyChangeOfOneOctet) {
  for (std::size_t at = 0; at < GetParam().size(); ++at) {
    for (int octet = 0; octet < 256; ++octet) {
      std::string changed = GetParam();
      changed[at] = static_cast<char>(octet);
      expect_bounded(changed);
    }
  }
}

TEST_P(EveryRequest, StaysBoundedWhenCutWithALengthThatFits) {
  for (std::size_t size = 20; size < GetParam().size(); ++size) {
    std::string cut = GetParam().substr(0, size);
    cut.replace(2, 2, number16(static_cast<unsigned>(size) - 20));
    expect_bounded(cut);
  }
}

}  // namespace
}  // namespace flowgate::stun
