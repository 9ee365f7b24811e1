#include "proxy/received.h"

#include "proxy/validation.h"
#include "sip/edits.h"
#include "sip/value.h"
#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {
namespace {

using sip::Header;
using sip::Range;

bool same(Range a, Range b) {
  return a.begin == b.begin && a.size == b.size;
}

// All that a message says of its text must be what a parser says of that text.
void expect_same_as_fresh_parse(const sip::Message& message) {
  std::string text{message.text()};
  const auto parsed = sip::Message::parse({text.data(), text.size()}, {});
  ASSERT_TRUE(parsed) << text;
  EXPECT_EQ(parsed->text(), message.text()) << text;
  ASSERT_EQ(parsed->fields().size(), message.fields().size()) << text;
  for (std::size_t i = 0; i < message.fields().size(); ++i) {
    const sip::Field &fresh = parsed->fields()[i], &field = message.fields()[i];
    EXPECT_EQ(fresh.header, field.header) << i << ": " << text;
    EXPECT_TRUE(same(fresh.name, field.name)) << i << ": " << text;
    EXPECT_TRUE(same(fresh.value, field.value)) << i << ": " << text;
    EXPECT_TRUE(same(fresh.line, field.line)) << i << ": " << text;
  }
  EXPECT_TRUE(same(parsed->request_uri_range(), message.request_uri_range())) << text;
  EXPECT_EQ(parsed->method_text(), message.method_text());
  EXPECT_EQ(parsed->fields_begin(), message.fields_begin()) << text;
  EXPECT_EQ(parsed->fields_end(), message.fields_end()) << text;
  EXPECT_TRUE(same(parsed->body_range(), message.body_range())) << text;
  EXPECT_EQ(parsed->defect(), message.defect()) << text;
}

// The Via fields of a request as it is after `flow` was written into it, one line each.
std::string received_vias(const std::string& fields, const Flow& flow) {
  const Parsed request{"OPTIONS sip:bob@example.com SIP/2.0\nMax-Forwards: 70\n" + fields +
                       "Call-ID: 1\nSubject:\nContent-Length: 4\n\nbody"};
  const auto top = answerable(request.get(), {});
  if (!top) return "not answerable";
  std::string text;
  const sip::Splice params = received_params(request.get(), *top, flow, {}, text);
  const auto stored = with_received(request.get(), params);
  const sip::Message& received = stored->get();
  expect_same_as_fresh_parse(received);
  EXPECT_EQ(received.body(), "body");
  EXPECT_EQ(received.value(Header::call_id), "1");
  // A response has the same Vias, whether it is made of that copy or of the request as it came.
  std::string of_copy, of_request;
  sip::write_response(received, 401, {}, "1", {}, of_copy);
  sip::write_response(request.get(), 401, {}, "1", {}, of_request, params);
  EXPECT_EQ(of_copy, of_request);
  std::string vias;
  for (const sip::Field& field : received.fields()) {
    if (field.header == Header::via) vias += std::string{received.value(field)} + "\n";
  }
  return vias;
}

std::string received_via(const std::string& via, const Flow& flow) {
  const std::string lines = received_vias("Via: " + via + "\n", flow);
  return lines.substr(0, lines.find('\n'));
}

TEST(WithReceived, LeavesAViaAloneThatNamesTheSource) {
  EXPECT_EQ(received_via("SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK1", ua_flow),
            "SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK1");
}

// RFC 3261 §18.2.1: "If the host portion of the "sent-by" parameter contains a domain name, or if it contains
// an IP address that differs from the packet source address, the server MUST add a "received" parameter".
TEST(WithReceived, AddsReceivedWhenSentByIsAnotherAddressOrAName) {
  EXPECT_EQ(received_via("SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1", ua_flow),
            "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1;received=198.51.100.7");
  EXPECT_EQ(received_via("SIP/2.0/UDP phone.example.com;branch=z9hG4bK1", ua_flow),
            "SIP/2.0/UDP phone.example.com;branch=z9hG4bK1;received=198.51.100.7");
}

// RFC 3581 §4: "it MUST set the value of the parameter to the source port of the request [...] the server
// MUST insert a "received" parameter [...] even if it is identical to the value of the "sent-by" component".
TEST(WithReceived, FillsInRportAndThenAlwaysReceived) {
  EXPECT_EQ(received_via("SIP/2.0/UDP 10.0.0.1;rport;branch=z9hG4bK1", ua_flow),
            "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;received=198.51.100.7;rport=40000");
  EXPECT_EQ(received_via("SIP/2.0/UDP 198.51.100.7:40000;branch=z9hG4bK1;rport", ua_flow),
            "SIP/2.0/UDP 198.51.100.7:40000;branch=z9hG4bK1;received=198.51.100.7;rport=40000");
  EXPECT_EQ(received_via("SIP/2.0/UDP 10.0.0.1;RPORT;branch=z9hG4bK1", ua_flow),
            "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;received=198.51.100.7;rport=40000");
}

TEST(WithReceived, ReplacesWhatTheClientClaims) {
  EXPECT_EQ(received_via("SIP/2.0/UDP 10.0.0.1;received=203.0.113.66;rport=666;branch=z9hG4bK1", ua_flow),
            "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;received=198.51.100.7;rport=40000");
  EXPECT_EQ(received_via("SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;Received=203.0.113.66", ua_flow),
            "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;received=198.51.100.7");
}

TEST(WithReceived, TakesAForgedReceivedAwayWhereNoneIsNeeded) {
  EXPECT_EQ(received_via("SIP/2.0/UDP 198.51.100.7;received=203.0.113.66;branch=z9hG4bK1", ua_flow),
            "SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK1");
  EXPECT_EQ(received_via("SIP/2.0/UDP 198.51.100.7;received=203.0.113.66", ua_flow),
            "SIP/2.0/UDP 198.51.100.7");
}

TEST(WithReceived, CompletesAViaWithoutParameters) {
  EXPECT_EQ(received_via("SIP/2.0/UDP 10.0.0.1", ua_flow), "SIP/2.0/UDP 10.0.0.1;received=198.51.100.7");
  EXPECT_EQ(received_via("SIP/2.0/UDP 198.51.100.7", ua_flow), "SIP/2.0/UDP 198.51.100.7");
  EXPECT_EQ(received_via("SIP/2.0/UDP 10.0.0.1:5060  ", ua_flow),
            "SIP/2.0/UDP 10.0.0.1:5060;received=198.51.100.7");
}

TEST(WithReceived, CompletesTheTopOneOfSeveralViasOnALine) {
  EXPECT_EQ(received_via("SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;rport, SIP/2.0/TCP 10.0.0.2;rport;branch=2",
                         ua_flow),
            "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;received=198.51.100.7;rport=40000, "
            "SIP/2.0/TCP 10.0.0.2;rport;branch=2");
  EXPECT_EQ(received_via("SIP/2.0/UDP 10.0.0.1, SIP/2.0/TCP 10.0.0.2;rport", ua_flow),
            "SIP/2.0/UDP 10.0.0.1;received=198.51.100.7, SIP/2.0/TCP 10.0.0.2;rport");
  EXPECT_EQ(received_via(", ,SIP/2.0/UDP 10.0.0.1,SIP/2.0/TCP 10.0.0.2;rport", ua_flow),
            ", ,SIP/2.0/UDP 10.0.0.1;received=198.51.100.7,SIP/2.0/TCP 10.0.0.2;rport");
}

TEST(WithReceived, CompletesTheTopOneOfSeveralViaLines) {
  EXPECT_EQ(
      received_vias("Via:SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1\nv: SIP/2.0/TCP 10.0.0.2;rport\n", ua_flow),
      "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;received=198.51.100.7\nSIP/2.0/TCP 10.0.0.2;rport\n");
  EXPECT_EQ(received_vias("v:\nVia: SIP/2.0/UDP 10.0.0.1\n", ua_flow),
            "\nSIP/2.0/UDP 10.0.0.1;received=198.51.100.7\n");
}

TEST(WithReceived, KeepsWhatItDoesNotKnowAsItCame) {
  EXPECT_EQ(received_via("SIP / 2.0 / UDP 10.0.0.1 : 5060 ; branch = z9hG4bK1 ; x=\"a;received=b, \\\"c\" ;y",
                         ua_flow),
            "SIP / 2.0 / UDP 10.0.0.1 : 5060 ; branch = z9hG4bK1 ; x=\"a;received=b, \\\"c\" ;y"
            ";received=198.51.100.7");
}

TEST(WithReceived, CompletesAFoldedVia) {
  EXPECT_EQ(received_via("SIP/2.0/UDP\n 10.0.0.1\n ;branch=z9hG4bK1\n\t;rport", ua_flow),
            "SIP/2.0/UDP   10.0.0.1   ;branch=z9hG4bK1;received=198.51.100.7;rport=40000");
}

// RFC 3261 §25.1: via-received = "received" EQUAL (IPv4address / IPv6address), and no brackets (RFC 5118
// §4.5).
TEST(WithReceived, WritesAnIPv6AddressWithoutBrackets) {
  const Flow flow{Protocol::udp, endpoint("2001:db8::1", 5060), endpoint("2001:db8::7", 40000), 0};
  EXPECT_EQ(received_via("SIP/2.0/UDP [2001:db8::99]:5060;branch=z9hG4bK1;rport", flow),
            "SIP/2.0/UDP [2001:db8::99]:5060;branch=z9hG4bK1;received=2001:db8::7;rport=40000");
  EXPECT_EQ(received_via("SIP/2.0/UDP [2001:db8::99]", flow),
            "SIP/2.0/UDP [2001:db8::99];received=2001:db8::7");
}

TEST(WithReceived, KnowsAnIPv6AddressInAnySpelling) {
  const Flow flow{Protocol::udp, endpoint("2001:db8::1", 5060), endpoint("2001:db8::7", 40000), 0};
  EXPECT_EQ(received_via("SIP/2.0/UDP [2001:0DB8:0::0:7];branch=z9hG4bK1", flow),
            "SIP/2.0/UDP [2001:0DB8:0::0:7];branch=z9hG4bK1");
}

TEST(WithReceived, GivesAMessageThatOutlivesTheBufferItCameIn) {
  sip::StoredMessage stored;
  {
    const Parsed request{"OPTIONS sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.1;rport\n\n"};
    std::string text;
    const sip::Splice params =
        received_params(request.get(), *answerable(request.get(), {}), ua_flow, {}, text);
    stored = std::move(*with_received(request.get(), params));
  }
  const sip::StoredMessage moved = std::move(stored);
  EXPECT_EQ(moved->request_uri(), "sip:bob@example.com");
  EXPECT_EQ(moved->value(Header::via), "SIP/2.0/UDP 10.0.0.1;received=198.51.100.7;rport=40000");
}

// Every part of every value, in a message with all that a parser must look out for, becomes shorter, longer
// and nothing.
TEST(SplicedMessage, IsWhatAParserMakesOfItsText) {
  const Parsed request{
      "REGISTER sip:example.com SIP/2.0\nVia:SIP/2.0/UDP 10.0.0.1;rport\nSubject:\nv: SIP/2.0/TCP a,\n  "
      "SIP/2.0/TLS b \nX:y\nTo :\n <sip:a@b>\ni:1\nExpires: 7\nContent-Length: 3\n\nabc"};
  for (const sip::Field& field : request->fields()) {
    if (field.header == Header::content_length) continue;  // its value decides where the message ends
    for (std::uint32_t begin = field.value.begin; begin <= field.value.end(); ++begin) {
      for (std::uint32_t end = begin; end <= field.value.end(); ++end) {
        for (const std::string_view text : {"", "1", "0123456789"}) {
          const Range range{begin, end - begin};
          // White space that comes to stand at either end of a value is not part of it any more.
          std::string value{request->value(field)};
          value.replace(begin - field.value.begin, range.size, text);
          if (value.empty() || value.front() == ' ' || value.back() == ' ') continue;
          expect_same_as_fresh_parse(sip::StoredMessage{request.get(), range, text}.get());
          if (HasFailure()) return;
        }
      }
    }
  }
}

TEST(SplicedMessage, HoldsNoLineEndOfTheTextPutIn) {
  const Parsed request{"OPTIONS sip:bob@example.com SIP/2.0\nSubject: abc\nCall-ID: 1\n\n"};
  const sip::Field& subject = request->fields()[0];
  const std::string text{"x\r\nVia: y\0z", 11};
  const sip::StoredMessage spliced{request.get(), {subject.value.begin + 1, 1}, text};
  EXPECT_EQ(spliced->value(subject.header), "ax  Via: y zc");
  expect_same_as_fresh_parse(spliced.get());
}

}  // namespace
}  // namespace flowgate::proxy
