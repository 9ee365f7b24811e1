// RFC 4475 §3.1.2, §3.2 and §3.3: where the fault is, and that all else can still be read.
#include <string>

#include "sip/framing.h"
#include "sip/text.h"
#include "tests/unit/sip/torture_sample.h"

namespace flowgate::sip {
namespace {

// What the message is on a stream, where nothing but its Content-Length says where it ends.
FrameKind frame_of(const std::string& name) {
  FrameState state;
  return next_frame(test::octets_of(4475, name), state, Limits{}).kind;
}

TEST(Rfc4475Invalid, S3_1_2_1_badinv01_HasSeparatorsWithoutValues) {
  const Sample sample = rfc4475("badinv01");
  EXPECT_EQ(first_value(sample.get(), Header::via)->text, "SIP/2.0/UDP 192.0.2.15;;");
  EXPECT_EQ(Via::parse("SIP/2.0/UDP 192.0.2.15;;").error(), Error::bad_parameter);
  EXPECT_EQ(Address::parse(sample->value(Header::contact)).error(), Error::bad_parameter);
}

// "there's not much the receiving party could do but wait for more data on the stream"
TEST(Rfc4475Invalid, S3_1_2_2_clerr_IsShorterThanItsContentLength) {
  EXPECT_EQ(rfc4475("clerr")->defect(), Error::bad_number);
  EXPECT_EQ(rfc4475("clerr")->body().size(), 154u);
  EXPECT_EQ(frame_of("clerr"), FrameKind::need_more);
}

// "the framing error is not recoverable, and the connection should be closed"
TEST(Rfc4475Invalid, S3_1_2_3_ncl_HasNoLength) {
  EXPECT_EQ(frame_of("ncl"), FrameKind::broken);
  std::string five = test::octets_of(4475, "ncl");
  five.replace(five.find("-999"), 4, "five");
  EXPECT_EQ(
      Sample { five } -> defect(), Error::bad_number);
}

TEST(Rfc4475Invalid, S3_1_2_4_scalar02_HasNumbersThatAreTooLarge) {
  const Sample sample = rfc4475("scalar02");
  EXPECT_EQ(CSeq::parse(sample->value(Header::cseq)).error(), Error::bad_cseq);
  EXPECT_EQ(parse_seconds(sample->value(Header::expires)), 0xffffffffu);
  EXPECT_EQ(parse_seconds(*address(sample, Header::contact).params.find("expires")), 0xffffffffu);
  EXPECT_EQ(parse_number(sample->value(Header::max_forwards), 255), std::nullopt);
}

TEST(Rfc4475Invalid, S3_1_2_5_scalarlg_HasNumbersThatAreTooLarge) {
  const Sample sample = rfc4475("scalarlg");
  EXPECT_EQ(sample->status(), 503);
  EXPECT_EQ(CSeq::parse(sample->value(Header::cseq)).error(), Error::bad_cseq);
  EXPECT_EQ(parse_seconds(sample->value(Header::retry_after)), 0xffffffffu);
}

TEST(Rfc4475Invalid, S3_1_2_6_quotbal_IsUnterminatedInItsToAlone) {
  const Sample sample = rfc4475("quotbal");
  EXPECT_EQ(Address::parse(sample->value(Header::to)).error(), Error::bad_address);
  EXPECT_EQ(sample->value(Header::from), "sip:caller@example.net;tag=93334");
}

TEST(Rfc4475Invalid, StartLinesAreReadAsFarAsTheyGo) {
  struct {
    const char* name;  // §3.1.2.7, §3.1.2.8, §3.1.2.9, §3.1.2.10
    std::string_view request_uri;
  } const requests[] = {{"ltgtruri", "<sip:user@example.com>"},
                        {"lwsruri", "sip:user@example.com; lr"},
                        {"lwsstart", "sip:user@example.com"},
                        {"trws", "sip:remote-target@example.com"}};
  for (const auto& request : requests) {
    const Sample sample = rfc4475(request.name);
    EXPECT_EQ(sample->defect(), Error::bad_start_line) << request.name;
    EXPECT_EQ(sample->request_uri(), request.request_uri);
    EXPECT_TRUE(sample->version_is_2_0());
  }
}

// Headers in a URI are part of its syntax; that they have no place in a Request-URI is for the proxy to say.
TEST(Rfc4475Invalid, S3_1_2_11_escruri_HasHeadersInItsRequestUri) {
  EXPECT_EQ(request_uri(rfc4475("escruri")).headers, "Route=%3Csip:example.com%3E");
}

TEST(Rfc4475Invalid, S3_1_2_12_baddate_HasADateThatNobodyReads) {
  EXPECT_EQ(rfc4475("baddate")->value(Header::date), "Fri, 01 Jan 2010 16:00:00 EST");
}

TEST(Rfc4475Invalid, S3_1_2_13_regbadct_HasHeadersInAUriWithoutBrackets) {
  EXPECT_EQ(Address::parse(rfc4475("regbadct")->value(Header::contact)).error(), Error::bad_address);
}

TEST(Rfc4475Invalid, S3_1_2_14_badaspec_HasSpacesInAUri) {
  EXPECT_EQ(Address::parse(rfc4475("badaspec")->value(Header::to)).error(), Error::bad_uri);
  EXPECT_EQ(unquote(address(rfc4475("badaspec"), Header::from).display), "Bell, Alexander");
}

TEST(Rfc4475Invalid, S3_1_2_15_baddn_HasCommasInADisplayName) {
  EXPECT_EQ(Address::parse(rfc4475("baddn")->value(Header::from)).error(), Error::bad_address);
  EXPECT_EQ(Sample{test::octets_of(4475, "baddn").substr(0, 331)}.error(), Error::incomplete);
}

TEST(Rfc4475Invalid, S3_1_2_16_badvers_IsOfAnUnknownVersion) {
  const Sample sample = rfc4475("badvers");
  EXPECT_FALSE(sample->version_is_2_0());
  EXPECT_EQ(all<Via>(sample, Header::via)[0].host, "c.example.com");
}

TEST(Rfc4475Invalid, MethodAndCseqAreReadApart) {
  for (const char* name : {"mismatch01", "mismatch02"}) {  // §3.1.2.17, §3.1.2.18
    const Sample sample = rfc4475(name);
    EXPECT_NE(CSeq::parse(sample->value(Header::cseq))->method, sample->method_text());
  }
}

TEST(Rfc4475Invalid, S3_1_2_19_bigcode_HasNoStatus) {
  EXPECT_FALSE(rfc4475("bigcode")->is_request());
  EXPECT_EQ(rfc4475("bigcode")->status(), -1);
}

TEST(Rfc4475Invalid, S3_2_1_badbranch_HasAMagicCookieAndNoMore) {
  EXPECT_EQ(all<Via>(rfc4475("badbranch"), Header::via)[0].branch(), "z9hG4bK");
}

TEST(Rfc4475Application, SchemesMayBeUnknown) {
  EXPECT_EQ(request_uri(rfc4475("unkscm")).rest, "totallyopaquecontent");       // §3.3.2
  EXPECT_EQ(request_uri(rfc4475("novelsc")).scheme_text, "soap.beep");          // §3.3.3
  EXPECT_EQ(address(rfc4475("unksm2"), Header::to).uri.scheme, Scheme::other);  // §3.3.4
  EXPECT_EQ(address(rfc4475("unksm2"), Header::contact).uri.rest, "John_Smith");
}

TEST(Rfc4475Application, S3_3_5_bext01_RequiresWhatNobodySupports) {
  const Sample sample = rfc4475("bext01");
  EXPECT_TRUE(has_option(sample.get(), Header::require, "nothingSupportsThisEither"));
  EXPECT_TRUE(has_option(sample.get(), Header::proxy_require, "norDoAnyProxiesSupportThis"));
}

TEST(Rfc4475Application, S3_3_8_multi01_HasEachFieldTwice) {
  const Sample sample = rfc4475("multi01");
  for (const Header header : {Header::call_id, Header::to, Header::from, Header::max_forwards, Header::cseq})
    EXPECT_EQ(sample->count(header), 2u) << header_name(header);
}

TEST(Rfc4475Application, S3_3_9_mcl01_HasTwoLengths) {
  EXPECT_EQ(rfc4475("mcl01")->defect(), Error::bad_number);
  EXPECT_EQ(frame_of("mcl01"), FrameKind::broken);
}

// "must be interpreted as a contact-param and not a url-param"
TEST(Rfc4475Application, S3_3_12_cparam01_HasAHeaderParameter) {
  const Sample sample = rfc4475("cparam01");
  EXPECT_TRUE(address(sample, Header::contact).params.has("unknownparam"));
  EXPECT_TRUE(address(sample, Header::contact).uri.params.empty());
}

TEST(Rfc4475Application, S3_3_13_cparam02_HasAUriParameter) {
  const Sample sample = rfc4475("cparam02");
  EXPECT_TRUE(address(sample, Header::contact).params.empty());
  EXPECT_TRUE(address(sample, Header::contact).uri.params.has("unknownparam"));
}

TEST(Rfc4475Application, S3_3_14_regescrt_HasHeadersInItsContact) {
  EXPECT_EQ(address(rfc4475("regescrt"), Header::contact).uri.headers, "Route=%3Csip:sip.example.com%3E");
}

// Appendix A has one file more than the text: its first line is none of SIP's.
TEST(Rfc4475Invalid, A_test_IsNotSip) {
  EXPECT_EQ(rfc4475("test").error(), Error::not_sip);
}

}  // namespace
}  // namespace flowgate::sip
