#include "proxy/transaction_key.h"

#include <set>

#include "proxy/validation.h"
#include "sip/text.h"
#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {
namespace {

using sip::Method;

// What stands in a request that its key is made of, or not.
struct Request {
  std::string method = "INVITE";
  std::string uri = "sip:bob@example.com";
  std::string via = "SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK776asdhds";
  std::string from = "<sip:alice@example.com>;tag=1928301774";
  std::string to = "<sip:bob@example.com>";
  std::string call_id = "a84b4c76e66710@198.51.100.7";
  std::string cseq = "314159 INVITE";
  std::string more = "";

  TransactionKey key(Method method_of_key) const {
    const Parsed parsed{method + " " + uri + " SIP/2.0\nVia: " + via + "\nFrom: " + from + "\nTo: " + to +
                        "\nCall-ID: " + call_id + "\nCSeq: " + cseq + "\n" + more + "\n"};
    const auto top = answerable(parsed.get(), {});
    if (!top) throw std::runtime_error("no Via: " + via);
    return transaction_key(parsed.get(), *top, method_of_key);
  }
  TransactionKey key() const { return key(Method::invite); }
};

// RFC 2543 knew no magic cookie.
Request old_request() {
  return {.via = "SIP/2.0/UDP 198.51.100.7:5060;branch=1"};
}

TEST(TransactionKey, IsTheSameForARetransmission) {
  EXPECT_EQ(Request{}.key(), Request{}.key());
  EXPECT_EQ(old_request().key(), old_request().key());
}

// RFC 3261 §17.2.3: "the branch parameter in the request is the same as the one in the top Via header field
// of the request that created the transaction, and [...] the sent-by value [...], and the method".
TEST(TransactionKey, IsThatOfBranchSentByAndMethodWithTheMagicCookie) {
  const TransactionKey key = Request{}.key();
  EXPECT_NE((Request{.via = "SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK776asdhdt"}.key()), key);
  EXPECT_NE((Request{.via = "SIP/2.0/UDP 198.51.100.8:5060;branch=z9hG4bK776asdhds"}.key()), key);
  EXPECT_NE((Request{.via = "SIP/2.0/UDP 198.51.100.7:5061;branch=z9hG4bK776asdhds"}.key()), key);
  EXPECT_NE(Request{}.key(Method::cancel), key);
}

// Two phones with the same address, each behind a NAT, and a clock as their only source of random numbers.
TEST(TransactionKey, IsOfOneSender) {
  const TransactionKey key = Request{}.key();
  EXPECT_NE((Request{.from = "<sip:carol@example.com>;tag=1928301774"}.key()), key);
  EXPECT_EQ((Request{.from = "<sip:alice@example.com>"}.key()), key);
  const TransactionKey bare = Request{.from = "sip:alice@example.com;tag=1"}.key();
  EXPECT_EQ((Request{.from = "sip:alice@example.com"}.key()), bare);
  EXPECT_NE((Request{.from = "sip:carol@example.com;tag=1"}.key()), bare);
}

TEST(TransactionKey, LooksAtNothingElseWithTheMagicCookie) {
  const Request other{.uri = "sip:carol@example.com",
                      .via = "SIP/2.0/TCP 198.51.100.7:5060;rport;branch=z9hG4bK776asdhds;ttl=1",
                      .from = "<sip:alice@example.com>;tag=x",
                      .to = "<sip:bob@example.com>;tag=y",
                      .call_id = "other",
                      .cseq = "7 INVITE"};
  EXPECT_EQ(other.key(), Request{}.key());
}

TEST(TransactionKey, ComparesTheHostOfSentByWithoutCase) {
  EXPECT_EQ((Request{.via = "SIP/2.0/UDP Host.Example.COM;branch=z9hG4bK1"}.key()),
            (Request{.via = "SIP/2.0/UDP host.example.com;branch=z9hG4bK1"}.key()));
}

// The end of one part is not the beginning of the next.
TEST(TransactionKey, KeepsThePartsApart) {
  EXPECT_NE((Request{.via = "SIP/2.0/UDP b.example.com;branch=z9hG4bKa"}.key()),
            (Request{.via = "SIP/2.0/UDP example.com;branch=z9hG4bKab."}.key()));
  EXPECT_NE((Request{.via = "SIP/2.0/UDP a.example.com1:5060;branch=z9hG4bK1"}.key()),
            (Request{.via = "SIP/2.0/UDP a.example.com:15060;branch=z9hG4bK1"}.key()));
}

TEST(TransactionKey, OfAnAckIsThatOfItsInvite) {
  EXPECT_EQ((Request{.method = "ACK", .to = "<sip:bob@example.com>;tag=314", .cseq = "314159 ACK"}.key()),
            Request{}.key());
}

// RFC 3261 §9.2: "as if the CANCEL's method were INVITE".
TEST(TransactionKey, OfACancelLeadsToItsInviteAndIsAnotherOneItself) {
  const Request cancel{.method = "CANCEL", .cseq = "314159 CANCEL"};
  EXPECT_EQ(cancel.key(Method::invite), Request{}.key());
  EXPECT_NE(cancel.key(Method::cancel), Request{}.key());
}

TEST(TransactionKey, TellsMethodsApartThatWeDoNotKnow) {
  const Request foo{.method = "FOO", .cseq = "1 FOO"}, bar{.method = "BAR", .cseq = "1 BAR"};
  EXPECT_NE(foo.key(Method::other), bar.key(Method::other));
  EXPECT_EQ(foo.key(Method::other), foo.key(Method::other));
}

// RFC 3261 §17.2.3: "The INVITE request matches a transaction if the Request-URI, To tag, From tag, Call-ID,
// CSeq, and top Via header field match".
TEST(TransactionKey, IsThatOfUriFromTagCallIdCSeqAndTopViaWithoutTheMagicCookie) {
  const TransactionKey key = old_request().key();
  Request other = old_request();
  other.uri = "sip:carol@example.com";
  EXPECT_NE(other.key(), key);
  other = old_request();
  other.from = "<sip:alice@example.com>;tag=1928301775";
  EXPECT_NE(other.key(), key);
  other = old_request();
  other.call_id = "other";
  EXPECT_NE(other.key(), key);
  other = old_request();
  other.cseq = "314160 INVITE";
  EXPECT_NE(other.key(), key);
  other = old_request();
  other.via = "SIP/2.0/UDP 198.51.100.7:5060;branch=2";
  EXPECT_NE(other.key(), key);
  other = old_request();
  other.more = "Via: SIP/2.0/UDP 203.0.113.9;branch=3\n";  // not the top one
  EXPECT_EQ(other.key(), key);
}

TEST(TransactionKey, OfAnAckWithoutTheMagicCookieIsThatOfItsInviteWhateverItsToTag) {
  Request ack = old_request();
  ack.method = "ACK";
  ack.cseq = "314159 ACK";
  ack.to = "<sip:bob@example.com>;tag=314";
  EXPECT_EQ(ack.key(), old_request().key());
}

// RFC 4475 §3.2.1: a branch of the cookie alone "provides no identifier"; an element "could fall back to the
// RFC 2543-style transaction identifier".
TEST(TransactionKey, TakesABranchOfTheCookieAloneForNone) {
  const Request one{.via = "SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK", .call_id = "one"};
  const Request two{.via = "SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK", .call_id = "two"};
  EXPECT_NE(one.key(), two.key());
  EXPECT_EQ(one.key(), one.key());
}

TEST(TransactionKey, OfARequestWithNothingButAViaStillHangsOnThatVia) {
  const auto key = [](std::string_view via) {
    const Parsed bare{"INVITE sip:bob@example.com SIP/2.0\nVia: " + std::string{via} + "\n\n"};
    return transaction_key(bare.get(), *answerable(bare.get(), {}), Method::invite);
  };
  EXPECT_EQ(key("SIP/2.0/UDP 198.51.100.7"), key("SIP/2.0/UDP 198.51.100.7"));
  EXPECT_NE(key("SIP/2.0/UDP 198.51.100.7"), key("SIP/2.0/UDP 198.51.100.8"));
}

// RFC 3261 §8.2.6.2, §19.3: the same tag in each response to a request, another one in those to others.
TEST(ToTag, IsATokenOfItsOwnForEachTransaction) {
  std::set<std::string> tags;
  for (int i = 0; i < 1000; ++i) {
    const Request request{.via = "SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK" + std::to_string(i)};
    const std::string tag = request.key().to_tag();
    EXPECT_EQ(tag, request.key().to_tag());
    EXPECT_TRUE(sip::is_token(tag));
    EXPECT_GE(tag.size(), 8U);  // §19.3: "at least 32 bits of randomness"
    tags.insert(tag);
  }
  EXPECT_EQ(tags.size(), 1000U);
}

}  // namespace
}  // namespace flowgate::proxy
