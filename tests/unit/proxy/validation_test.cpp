#include "proxy/validation.h"

#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {
namespace {

// A request that nothing is wrong with, unless a test says otherwise. An empty line is left out.
struct Request {
  std::string start = "INVITE sip:bob@example.com SIP/2.0";
  std::string via = "Via: SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK1";
  std::string max_forwards = "Max-Forwards: 70";
  std::string from = "From: <sip:alice@example.com>;tag=1";
  std::string to = "To: <sip:bob@example.com>";
  std::string call_id = "Call-ID: 1";
  std::string cseq = "CSeq: 1 INVITE";
  std::string more = "";

  std::string text() const {
    std::string text = start + "\n";
    for (const std::string& line : {via, max_forwards, from, to, call_id, cseq, more}) {
      if (!line.empty()) text += line + "\n";
    }
    return text + "\n";
  }
};

Refusal refusal_of(const Request& request, const sip::Limits& limits = {}) {
  const Parsed parsed{request.text()};
  RequestParts parts;
  return validate(parsed.get(), limits, false, parts);
}

std::string verdict(const Request& request, const sip::Limits& limits = {}) {
  const Refusal refusal = refusal_of(request, limits);
  return std::to_string(refusal.status) + (refusal.reason.empty() ? "" : " ") + refusal.reason;
}

std::string lines(std::string_view line, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += std::string(i == 0 ? "" : "\n") + std::string(line);
  return text;
}

TEST(Answerable, IsARequestWithATopViaThatCanBeRead) {
  const Parsed request{
      "INVITE sip:bob@example.com SIP/2.0\nv: SIP/2.0/TCP a.example.com:5070;branch=1, x\n\n"};
  const auto via = answerable(request.get(), {});
  ASSERT_TRUE(via);
  EXPECT_EQ(via->host, "a.example.com");
  EXPECT_EQ(via->port, 5070);
  EXPECT_EQ(via->branch(), "1");
}

TEST(Answerable, IsNotARequestWithoutOne) {
  for (const std::string_view fields :
       {"", "Via:\n", "Via: ,\n", "Via: x, SIP/2.0/UDP a\n", "Via: SIP/2.0/UDP\n", "Via: HTTP/2.0/UDP a\n",
        "Via: SIP/2.0/UDP a:99999\n", "Via: SIP/2.0/UDP a;branch=1;branch=2\n"}) {
    const Parsed request{"INVITE sip:bob@example.com SIP/2.0\n" + std::string{fields} + "\n"};
    EXPECT_FALSE(answerable(request.get(), {})) << fields;
  }
}

TEST(Answerable, IsNotARequestWhoseViaHasMoreParametersThanWeRead) {
  std::string via = "SIP/2.0/UDP a";
  for (int i = 0; i < 5; ++i) via += ";p" + std::to_string(i);
  const Parsed request{"INVITE sip:bob@example.com SIP/2.0\nVia: " + via + "\n\n"};
  sip::Limits limits;
  limits.params = 5;
  EXPECT_TRUE(answerable(request.get(), limits));
  limits.params = 4;
  EXPECT_FALSE(answerable(request.get(), limits));
}

TEST(Validate, LetsAGoodRequestPassAndGivesItsRequestUri) {
  const Parsed request{Request{}.text()};
  RequestParts parts;
  EXPECT_FALSE(validate(request.get(), {}, false, parts));
  EXPECT_EQ(parts.request_uri.text, "sip:bob@example.com");
  EXPECT_EQ(parts.request_uri.user, "bob");
}

TEST(Validate, Refuses505ForAVersionThatIsNot2_0) {
  EXPECT_EQ(verdict({.start = "INVITE sip:bob@example.com SIP/7.0"}), "505");
}

TEST(Validate, Refuses400ForAMalformedLine) {
  EXPECT_EQ(refusal_of({.start = "INVITE  sip:bob@example.com SIP/2.0"}).status, 400);
  EXPECT_EQ(refusal_of({.more = "no colon here"}).status, 400);
  EXPECT_EQ(refusal_of({.more = "Content-Length: 7"}).status, 400);
  EXPECT_EQ(refusal_of({.more = "Content-Length: -1"}).status, 400);
}

// RFC 3261 §8.1.1: "A valid SIP request [...] MUST, at a minimum, contain the following header fields: To,
// From, CSeq, Call-ID, Max-Forwards, and Via".
TEST(Validate, NamesTheMandatoryFieldThatIsMissing) {
  EXPECT_EQ(verdict({.from = ""}), "400 Missing From");
  EXPECT_EQ(verdict({.to = ""}), "400 Missing To");
  EXPECT_EQ(verdict({.call_id = ""}), "400 Missing Call-ID");
  EXPECT_EQ(verdict({.cseq = ""}), "400 Missing CSeq");
}

TEST(Validate, PassesARequestWithoutMaxForwards) {  // §16.3 (3)
  EXPECT_EQ(verdict({.max_forwards = ""}), "0");
}

TEST(Validate, RefusesAFieldThatMayStandOnceAndStandsTwice) {
  EXPECT_EQ(verdict({.more = "f: <sip:alice@example.com>;tag=1"}), "400 More Than One From");
  EXPECT_EQ(verdict({.more = "To: <sip:bob@example.com>"}), "400 More Than One To");
  EXPECT_EQ(verdict({.more = "i: 1"}), "400 More Than One Call-ID");
  EXPECT_EQ(verdict({.more = "CSeq: 1 INVITE"}), "400 More Than One CSeq");
  EXPECT_EQ(verdict({.more = "Max-Forwards: 70"}), "400 More Than One Max-Forwards");
}

TEST(Validate, RefusesAMandatoryFieldThatCannotBeRead) {
  EXPECT_EQ(verdict({.from = "From: <sip:alice@example.com"}), "400 Bad From");
  EXPECT_EQ(verdict({.from = "From:"}), "400 Bad From");
  EXPECT_EQ(verdict({.to = "To: <sip:bob@example.com>, <sip:carol@example.com>"}), "400 Bad To");
  EXPECT_EQ(verdict({.call_id = "Call-ID:"}), "400 Empty Call-ID");
  EXPECT_EQ(verdict({.cseq = "CSeq: INVITE"}), "400 Bad CSeq");
  EXPECT_EQ(verdict({.cseq = "CSeq: 2147483648 INVITE"}), "400 Bad CSeq");
  EXPECT_EQ(verdict({.max_forwards = "Max-Forwards: many"}), "400 Bad Max-Forwards");
  EXPECT_EQ(verdict({.max_forwards = "Max-Forwards: -1"}), "400 Bad Max-Forwards");
  EXPECT_EQ(verdict({.max_forwards = "Max-Forwards:"}), "400 Bad Max-Forwards");
  EXPECT_EQ(verdict({.max_forwards = "Max-Forwards: 99999999999999999999"}), "400 Bad Max-Forwards");
}

// RFC 3261 §8.1.1.5: "The method MUST match that of the request."
TEST(Validate, RefusesACSeqOfAnotherMethod) {
  EXPECT_EQ(verdict({.cseq = "CSeq: 1 OPTIONS"}), "400 CSeq Method Does Not Match");
  EXPECT_EQ(verdict({.cseq = "CSeq: 1 invite"}), "400 CSeq Method Does Not Match");
}

// RFC 4475 §3.3.1 and the like: a request with a Request-URI that cannot be read.
TEST(Validate, Refuses400ForABadRequestUri) {
  EXPECT_EQ(verdict({.start = "INVITE sip:bob@exa_mple..com SIP/2.0"}), "400 Bad Request-URI");
  EXPECT_EQ(verdict({.start = "INVITE bob SIP/2.0"}), "400 Bad Request-URI");
  EXPECT_EQ(verdict({.start = "INVITE sip: SIP/2.0"}), "400 Bad Request-URI");
}

TEST(Validate, Refuses414ForARequestUriThatIsTooLong) {
  sip::Limits limits;
  limits.uri_bytes = 100;
  const std::string start = "INVITE sip:" + std::string(84, 'a') + "@example.com SIP/2.0";  // 100 octets
  EXPECT_EQ(verdict({.start = start}, limits), "0");
  limits.uri_bytes = 99;
  EXPECT_EQ(verdict({.start = start}, limits), "414");
}

// RFC 3261 §16.3 (2)
TEST(Validate, Refuses416ForASchemeThatOnlyARouteCouldCarryOn) {
  EXPECT_EQ(verdict({.start = "INVITE nobodyknowsthisscheme:totallyopaque SIP/2.0"}), "416");
  EXPECT_EQ(verdict({.start = "INVITE tel:+15551234 SIP/2.0"}), "416");
  EXPECT_EQ(verdict({.start = "INVITE tel:+15551234 SIP/2.0", .more = "Route: <sip:gw.example.com;lr>"}),
            "0");
}

// RFC 3261 §16.3 (5): "the proxy MUST return a 420 (Bad Extension) response [...] including the Unsupported
// header field listing those option-tags".
TEST(Validate, Refuses420ForAProxyRequireThatWeDoNotUnderstand) {
  const Refusal refusal =
      refusal_of({.more = "Proxy-Require: gruu, nothing, Path\nProxy-Require: more-of-it,outbound"});
  EXPECT_EQ(refusal.status, 420);
  EXPECT_EQ(refusal.fields, "Unsupported: nothing, more-of-it\r\n");
  EXPECT_EQ(verdict({.more = "Proxy-Require: gruu, OUTBOUND, path"}), "0");
}

// RFC 3261 §8.2.2.3: "this does not apply to ACK and CANCEL".
TEST(Validate, LetsAnAckAndACancelPassWhateverTheyRequire) {
  for (const std::string method : {"ACK", "CANCEL"}) {
    EXPECT_EQ(verdict({.start = method + " sip:bob@example.com SIP/2.0",
                       .cseq = "CSeq: 1 " + method,
                       .more = "Proxy-Require: nothing"}),
              "0");
  }
}

TEST(Validate, PassesARequestOfAnUnknownMethod) {
  EXPECT_EQ(verdict({.start = "NEWMETHOD sip:bob@example.com SIP/2.0", .cseq = "CSeq: 1 NEWMETHOD"}), "0");
}

TEST(Validate, BoundsTheValuesOfEveryListThatTheRouteOfARequestHangsOn) {
  sip::Limits limits;
  limits.values = 10;
  EXPECT_EQ(verdict({.more = lines("Via: SIP/2.0/UDP a", 9)}, limits), "0");
  EXPECT_EQ(verdict({.more = lines("Via: SIP/2.0/UDP a", 10)}, limits), "400 Too Many Via Values");
  EXPECT_EQ(verdict({.more = lines("Route: <sip:a>,<sip:b>", 5)}, limits), "0");
  EXPECT_EQ(verdict({.more = lines("Route: <sip:a>,<sip:b>", 6)}, limits), "400 Too Many Route Values");
  EXPECT_EQ(verdict({.more = lines("Record-Route: <sip:a>", 11)}, limits),
            "400 Too Many Record-Route Values");
  EXPECT_EQ(verdict({.more = lines("m: <sip:a>", 11)}, limits), "400 Too Many Contact Values");
  EXPECT_EQ(verdict({.more = lines("Path: <sip:a>", 11)}, limits), "400 Too Many Path Values");
}

}  // namespace
}  // namespace flowgate::proxy
