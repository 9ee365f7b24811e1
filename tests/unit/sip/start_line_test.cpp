#include "sip/start_line.h"

#include "tests/unit/sip/sample.h"

namespace flowgate::sip {
namespace {

using namespace std::string_literals;

// The defect of a request with this start line.
boost::system::error_code start_line_defect(std::string_view line) {
  const Sample sample{std::string{line} + "\r\nCSeq: 1 X\r\n\r\n"};
  return sample->defect();
}

TEST(StartLine, ResponsesHaveAStatusAndAReason) {
  const Sample sample{"SIP/2.0 481 Call/Transaction Does Not Exist\r\nCSeq: 1 X\r\n\r\n"};
  EXPECT_FALSE(sample->defect());
  EXPECT_FALSE(sample->is_request());
  EXPECT_EQ(sample->status(), 481);
  EXPECT_EQ(sample->reason(), "Call/Transaction Does Not Exist");
  EXPECT_EQ(sample->method(), Method::other);
}

// RFC 4475 §3.1.1.12 and §3.1.1.13
TEST(StartLine, TheReasonPhraseMayBeUnusualOrEmpty) {
  const Sample unreason{"SIP/2.0 200 = 2**3 * 5**2 \xd0\xbd\xd0\xbe\t\xd1\x81\r\n\r\n"};
  EXPECT_FALSE(unreason->defect());
  EXPECT_EQ(unreason->reason(), "= 2**3 * 5**2 \xd0\xbd\xd0\xbe\t\xd1\x81");
  for (const auto* line : {"SIP/2.0 100 ", "SIP/2.0 100"}) {
    const Sample noreason{std::string{line} + "\r\n\r\n"};
    EXPECT_FALSE(noreason->defect());
    EXPECT_EQ(noreason->status(), 100);
    EXPECT_EQ(noreason->reason(), "");
  }
}

// RFC 4475 §3.1.2.19: bigcode
TEST(StartLine, AStatusOutside100To699IsADefectAndNeverARequest) {
  for (const auto* code :
       {"4294967301 x", "99 x", "099 x", "700 x", "20 x", "2000 x", "-20 x", "2OO x", "", " 200 OK"}) {
    const Sample sample{"SIP/2.0 "s + code + "\r\n\r\n"};
    ASSERT_TRUE(sample.parsed()) << code;
    EXPECT_EQ(sample->defect(), Error::bad_start_line) << code;
    EXPECT_FALSE(sample->is_request()) << code;
  }
  EXPECT_EQ(
      Sample { "SIP/2.0 4294967301 x\r\n\r\n"s } -> status(), -1);
}

// RFC 3261 §7.2. Whatever else is wrong with it, it is a response, and nobody is answered.
TEST(StartLine, ElementsOfTheStatusLineAreSeparatedByASingleSp) {
  for (const auto* line : {" SIP/2.0 200 OK", "\tSIP/2.0 200 OK", "SIP/2.0  200 OK", "SIP/2.0\t200 OK",
                           "SIP/2.0 200\tOK", "SIP/2 200 OK", "SIP/2.x 200 OK", "SIP/.0 200 OK",
                           "SIP/2. 200 OK", "SIP/2.0.0 200 OK", "SIP/ 200 OK"}) {
    const Sample sample{std::string{line} + "\r\n\r\n"};
    ASSERT_TRUE(sample.parsed()) << line;
    EXPECT_EQ(sample->defect(), Error::bad_start_line) << line;
    EXPECT_FALSE(sample->is_request()) << line;
    EXPECT_EQ(sample->status(), 200) << line;
  }
}

TEST(StartLine, ElementsOfTheRequestLineAreSeparatedByASingleSp) {
  EXPECT_FALSE(start_line_defect("X sip:bob@example.com SIP/2.0"));
  for (const auto* line : {
           "X  sip:bob@example.com SIP/2.0",
           "X sip:bob@example.com  SIP/2.0",     // RFC 4475 §3.1.2.9: lwsstart
           "X sip:bob@example.com SIP/2.0  ",    // §3.1.2.10: trws
           "X sip:bob@example.com; lr SIP/2.0",  // §3.1.2.8: lwsruri
           "X <sip:bob@example.com> SIP/2.0",    // §3.1.2.7: ltgtruri
           " X sip:bob@example.com SIP/2.0",
           "X\tsip:bob@example.com SIP/2.0",
           "X SIP/2.0",
           "X  SIP/2.0",
           "X sip:bob@example.com SIP/2",
           "X sip:bob@example.com SIP/.0",
           "X sip:bob@example.com SIP/2.0.1",
           "X sip:bob@example.com SIP/",
           "X sip:\"bob\"@example.com SIP/2.0",
           "X@ sip:bob@example.com SIP/2.0",
           "X sip:bob\x01@example.com SIP/2.0",
           "X sip:bob\r@example.com SIP/2.0",
           "X sip:bob@example.com SIP/2.0\r",
       }) {
    EXPECT_EQ(start_line_defect(line), Error::bad_start_line) << line;
  }
  EXPECT_EQ(start_line_defect("X sip:bob\0@example.com SIP/2.0"s), Error::bad_start_line);
}

TEST(StartLine, AMalformedRequestLineIsStillSplitSoThatItCanBeAnswered) {
  const Sample sample{"INVITE  sip:user@example.com; lr  SIP/2.0 \r\nCSeq: 1 INVITE\r\n\r\n"};
  EXPECT_TRUE(sample->is_request());
  EXPECT_EQ(sample->method(), Method::invite);
  EXPECT_EQ(sample->request_uri(), "sip:user@example.com; lr");
  EXPECT_TRUE(sample->version_is_2_0());
  EXPECT_EQ(sample->value(Header::cseq), "1 INVITE");
}

// RFC 4475 §3.1.2.16: badvers
TEST(StartLine, AnotherVersionIsWellFormedButNot2Dot0) {
  const Sample sample{"OPTIONS sip:t.watson@example.org SIP/7.0\r\n\r\n"};
  EXPECT_FALSE(sample->defect());
  EXPECT_FALSE(sample->version_is_2_0());
  EXPECT_TRUE(Sample { "OPTIONS sip:a SIP/2.0\r\n\r\n" } -> version_is_2_0());
  EXPECT_TRUE(Sample { "OPTIONS sip:a sip/2.0\r\n\r\n" } -> version_is_2_0());
  EXPECT_FALSE(Sample { "OPTIONS sip:a SIP/2.00\r\n\r\n" } -> version_is_2_0());
  EXPECT_FALSE(Sample { "SIP/3.0 200 OK\r\n\r\n" } -> version_is_2_0());
}

TEST(StartLine, WhatHasNoSipVersionIsNotSip) {
  for (const auto* text :
       {"", "\r\n", "\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "hello", "SIP 2.0\r\n\r\n",
        "\r\n: x SIP\r\n\r\n", "OPTIONS sip:a\r\nSIP/2.0\r\n\r\n", "OPTIONS sip:a\rSIP/2.0\r\n\r\n"}) {
    EXPECT_EQ(Sample{text}.error(), Error::not_sip) << text;
  }
}

}  // namespace
}  // namespace flowgate::sip
