#include "sip/writer.h"

#include "tests/unit/sip/sample.h"

namespace flowgate::sip {
namespace {

using namespace std::string_literals;

std::string response_to(const Message& request, int status, std::string_view to_tag = "srv1",
                        std::string_view reason = {}, std::string_view fields = {}) {
  std::string out;
  write_response(request, status, reason, to_tag, fields, out);
  return out;
}

// The To of a 200 to a request with this To.
std::string to_in_response(std::string_view to, int status = 200) {
  const auto request = request_with("To: " + std::string{to} + "\n");
  const Sample response{response_to(request.get(), status)};
  return std::string{response->value(Header::to)};
}

TEST(Response, CarriesWhatTheRequestSays) {  // RFC 3261 §8.2.6.2
  const auto request = request_with(
      "v: SIP/2.0/UDP a;branch=z9hG4bK1,  SIP/2.0/TCP b\n"
      "Max-Forwards: 70\n"
      "To: <sip:bob@example.com>\n"
      "Via:SIP/2.0/UDP c\n"
      "f: Alice <sip:alice@example.com>;tag=9\n"
      "i: abc@h\n"
      "Timestamp: 54\n"
      "CSeq: 7  OPTIONS\n");
  EXPECT_EQ(response_to(request.get(), 403), crlf("SIP/2.0 403 Forbidden\n"
                                                  "v: SIP/2.0/UDP a;branch=z9hG4bK1,  SIP/2.0/TCP b\n"
                                                  "Via:SIP/2.0/UDP c\n"
                                                  "f: Alice <sip:alice@example.com>;tag=9\n"
                                                  "To: <sip:bob@example.com>;tag=srv1\n"
                                                  "i: abc@h\n"
                                                  "CSeq: 7  OPTIONS\n"
                                                  "Content-Length: 0\n\n"));
}

TEST(Response, A100CarriesTheTimestampAndNoToTag) {  // RFC 3261 §8.2.6.1
  const auto request = request_with("To: <sip:bob@example.com>\nTimestamp: 54\n");
  EXPECT_EQ(response_to(request.get(), 100),
            crlf("SIP/2.0 100 Trying\nTo: <sip:bob@example.com>\nTimestamp: 54\nContent-Length: 0\n\n"));
}

TEST(Response, AToTagIsAddedOnlyWhereThereIsNone) {
  EXPECT_EQ(to_in_response("<sip:bob@example.com>"), "<sip:bob@example.com>;tag=srv1");
  EXPECT_EQ(to_in_response("sip:bob@example.com"), "sip:bob@example.com;tag=srv1");
  EXPECT_EQ(to_in_response("Bob <sip:bob@example.com> ; x=y "), "Bob <sip:bob@example.com> ; x=y;tag=srv1");
  for (const auto* to :
       {"<sip:bob@example.com>;tag=1", "sip:bob@example.com;tag=1", "sip:bob@example.com ; TAG = 1",
        "\"a;b\" <sip:bob@example.com;x>;y=\";\";tag=1;z"}) {
    EXPECT_EQ(to_in_response(to), to);
  }
  for (const auto* to :
       {"<sip:bob@example.com;tag=1>", "\";tag=1\" <sip:bob@example.com>",
        "\"\\\";tag=1\" <sip:bob@example.com>", "<sip:bob@example.com>;tagged=1;x=\";tag=1\""}) {
    EXPECT_EQ(to_in_response(to), to + ";tag=srv1"s);
  }
}

TEST(Response, IsWrittenEvenToARequestWithoutAnyField) {  // RFC 4475 §3.3.1: insuf
  EXPECT_EQ(response_to(request_with("").get(), 400), "SIP/2.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
}

TEST(Response, FieldsOfTheCallerAreAdded) {
  const auto request = request_with("To: <sip:b>;tag=1\n");
  std::string fields;
  FieldWriter{fields}.field("Min-Expires", {"60"}).field("Supported", {"path", ", ", "outbound"});
  EXPECT_EQ(
      response_to(request.get(), 423, "", "", fields),
      crlf("SIP/2.0 423 Interval Too Brief\nTo: <sip:b>;tag=1\nMin-Expires: 60\nSupported: path, outbound\n"
           "Content-Length: 0\n\n"));
}

TEST(Response, NothingInsertedCanEndALine) {
  const auto request = request_with("To: <sip:b>\n");
  const std::string evil = "x\r\nEvil: 1\n\r\0y"s;
  std::string fields;
  FieldWriter{fields}.field("A\r\nB", {evil, evil});
  EXPECT_EQ(response_to(request.get(), 400, evil, evil, fields),
            crlf("SIP/2.0 400 x  Evil: 1   y\nTo: <sip:b>;tag=x  Evil: 1   y\n"
                 "A  B: x  Evil: 1   yx  Evil: 1   y\nContent-Length: 0\n\n"));
}

TEST(Response, WhatIsCopiedCannotEndALineEither) {
  const Sample request{
      "OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/UDP a\r;x\r\r\n ;y\nTo: <sip:b>\r\n\t;z\rTo: evil\r\nCall-ID: "
      "\r\r\n\r\n"};
  EXPECT_EQ(response_to(request.get(), 400), crlf("SIP/2.0 400 Bad Request\nVia: SIP/2.0/UDP a ;x    ;y\n"
                                                  "To: <sip:b>  \t;z To: evil;tag=srv1\nCall-ID:  \n"
                                                  "Content-Length: 0\n\n"));
}

TEST(Response, ParsesBack) {
  const Sample request{wsinv};
  const Sample response{response_to(request.get(), 486)};
  ASSERT_TRUE(response.parsed());
  EXPECT_FALSE(response->defect());
  EXPECT_EQ(response->status(), 486);
  EXPECT_EQ(response->reason(), "Busy Here");
  EXPECT_EQ(response->count(Header::via), 2u);
  EXPECT_EQ(response->value(Header::to), request->value(Header::to)) << "it has a tag";
}

TEST(Response, ReasonPhrasesAreThoseOfTheirRfc) {
  EXPECT_EQ(reason_phrase(200), "OK");
  EXPECT_EQ(reason_phrase(410), "Gone");
  EXPECT_EQ(reason_phrase(423), "Interval Too Brief");
  EXPECT_EQ(reason_phrase(430), "Flow Failed");
  EXPECT_EQ(reason_phrase(439), "First Hop Lacks Outbound Support");
  EXPECT_EQ(reason_phrase(440), "Max-Breadth Exceeded");
  EXPECT_EQ(reason_phrase(555), "Push Notification Service Not Supported");
  EXPECT_EQ(reason_phrase(299), "Unknown");
}

constexpr auto invite_lines =
    "INVITE sip:bob@192.0.2.9;ob SIP/2.0\n"
    "Via: SIP/2.0/UDP edge;branch=z9hG4bKtop, SIP/2.0/UDP a;branch=z9hG4bKa\n"
    "Via: SIP/2.0/UDP b\n"
    "Route: <sip:p1;lr>, <sip:p2;lr>\n"
    "Record-Route: <sip:edge;lr>\n"
    "Max-Forwards: 69\n"
    "From: Alice <sip:alice@example.com>;tag=a\n"
    "To: Bob <sip:bob@example.com>\n"
    "Call-ID: c1\n"
    "CSeq: 0314 INVITE\n"
    "Route: <sip:p3;lr>\n"
    "Require: 100rel\n"
    "Proxy-Require: x\n"
    "Contact: <sip:alice@h>\n"
    "Content-Type: text/plain\n"
    "Content-Length: 4\n"
    "\n"
    "body";

TEST(Ack, CarriesWhatTheInviteSaysAndTheToOfTheResponse) {  // RFC 3261 §17.1.1.3
  const Sample invite{crlf(invite_lines)};
  const Sample response{crlf("SIP/2.0 486 Busy Here\nTo: Bob <sip:bob@example.com>;tag=b\n\n")};
  std::string out;
  write_ack(invite.get(), response.get(), out);
  EXPECT_EQ(out, crlf("ACK sip:bob@192.0.2.9;ob SIP/2.0\n"
                      "Via: SIP/2.0/UDP edge;branch=z9hG4bKtop\n"
                      "Route: <sip:p1;lr>, <sip:p2;lr>\n"
                      "Route: <sip:p3;lr>\n"
                      "Max-Forwards: 70\n"
                      "From: Alice <sip:alice@example.com>;tag=a\n"
                      "To: Bob <sip:bob@example.com>;tag=b\n"
                      "Call-ID: c1\n"
                      "CSeq: 314 ACK\n"
                      "Content-Length: 0\n\n"));
}

TEST(Cancel, CarriesWhatTheInviteSaysAndASingleVia) {  // RFC 3261 §9.1
  const Sample invite{crlf(invite_lines)};
  std::string out;
  write_cancel(invite.get(), {}, out);
  EXPECT_EQ(out, crlf("CANCEL sip:bob@192.0.2.9;ob SIP/2.0\n"
                      "Via: SIP/2.0/UDP edge;branch=z9hG4bKtop\n"
                      "Route: <sip:p1;lr>, <sip:p2;lr>\n"
                      "Route: <sip:p3;lr>\n"
                      "Max-Forwards: 70\n"
                      "From: Alice <sip:alice@example.com>;tag=a\n"
                      "To: Bob <sip:bob@example.com>\n"
                      "Call-ID: c1\n"
                      "CSeq: 314 CANCEL\n"
                      "Content-Length: 0\n\n"));
  EXPECT_FALSE(Sample { out } -> defect());
}

}  // namespace
}  // namespace flowgate::sip
