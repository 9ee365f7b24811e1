// Which of many final responses goes upstream: RFC 3261 §16.7 (6) and (7).
#include <algorithm>
#include <tuple>

#include "support/ladder.h"

namespace flowgate::test {
namespace {

class BestResponse : public ::testing::Test {
 protected:
  Phone& instance(int number) {
    Phone& phone = edge.tcp("bob", "198.51.100." + std::to_string(10 + number) + ":40000");
    phone.is_registered();
    return phone;
  }
  // bob has that many instances; alice calls, and each answers with its status, in that order.
  Packet answer_to(const std::vector<std::pair<int, Lines>>& answers) {
    std::vector<Phone*> phones;
    for (std::size_t i = 0; i < answers.size(); ++i) phones.push_back(&instance(static_cast<int>(i)));
    alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
    alice.receives("SIP/2.0 100");
    for (std::size_t i = 0; i < answers.size(); ++i) {
      alice.receives_nothing();
      const Packet invite = phones[i]->receives("INVITE");
      phones[i]->sends(phones[i]->answers(invite, answers[i].first, answers[i].second));
      phones[i]->receives("ACK");
    }
    return alice.receives("SIP/2.0");
  }

  Edge edge;
  Phone& alice = edge.tcp("alice", "198.51.100.1:40001");
};

class BestOfTwo : public BestResponse, public ::testing::WithParamInterface<std::tuple<int, int, int>> {};

// A 6xx; else the lowest class; "401, 407, 415, 420, and 484 if the 4xx class is chosen"; no 503 but as a
// 500.
INSTANTIATE_TEST_SUITE_P(Statuses, BestOfTwo,
                         ::testing::Values(std::tuple{486, 302, 302}, std::tuple{500, 486, 486},
                                           std::tuple{500, 302, 302}, std::tuple{486, 407, 407},
                                           std::tuple{404, 401, 401}, std::tuple{486, 415, 415},
                                           std::tuple{480, 420, 420}, std::tuple{480, 484, 484},
                                           std::tuple{503, 486, 486}, std::tuple{503, 504, 504},
                                           std::tuple{503, 503, 500}));

TEST_P(BestOfTwo, GoesUpstreamInWhicheverOrderTheyCome) {
  const auto [one, other, best] = GetParam();
  EXPECT_EQ(answer_to({{one, {}}, {other, {}}}).status(), best);
}

TEST_P(BestOfTwo, GoesUpstreamInTheOtherOrder) {
  const auto [one, other, best] = GetParam();
  EXPECT_EQ(answer_to({{other, {}}, {one, {}}}).status(), best);
}

// "A proxy which receives a 503 [...] SHOULD NOT forward it upstream": it is about one next hop.
TEST_F(BestResponse, Is500WhereOnly503Came) {
  const Packet answer = answer_to({{503, {"Retry-After: 3600"}}});
  EXPECT_EQ(answer.status(), 500);
  EXPECT_FALSE(answer.has("Retry-After"));
}

// §16.7 (7): "the proxy MUST collect any WWW-Authenticate and Proxy-Authenticate header field values from all
// other 401 and 407 responses".
TEST_F(BestResponse, CarriesTheChallengesOfAll) {
  const Packet answer =
      answer_to({{407, {"Proxy-Authenticate: Digest realm=\"a\", nonce=\"1\""}},
                 {486, {}},
                 {401, {"WWW-Authenticate: Digest realm=\"b\", nonce=\"2\""}},
                 {407, {"Proxy-Authenticate: Digest realm=\"c\", nonce=\"3\", qop=\"auth\""}}});
  EXPECT_TRUE(answer.status() == 401 || answer.status() == 407) << answer.text();
  auto proxies = answer.all("Proxy-Authenticate");
  std::sort(proxies.begin(), proxies.end());
  EXPECT_THAT(proxies, ElementsAre("Digest realm=\"a\", nonce=\"1\"",
                                   "Digest realm=\"c\", nonce=\"3\", qop=\"auth\""));
  EXPECT_THAT(answer.all("WWW-Authenticate"), ElementsAre("Digest realm=\"b\", nonce=\"2\""));
  EXPECT_EQ(answer.all("Via").size(), 1U);
}

TEST_F(BestResponse, CarriesNoChallengesWhenItIsNoneItself) {
  const Packet answer =
      answer_to({{407, {"Proxy-Authenticate: Digest realm=\"a\", nonce=\"1\""}}, {486, {}}, {603, {}}});
  EXPECT_EQ(answer.status(), 603);
  EXPECT_FALSE(answer.has("Proxy-Authenticate"));
}

// "If there are no other responses", our own: the next hop that cannot be reached says least.
TEST_F(BestResponse, OfAUaGoesBeforeAnyOfOurOwn) {
  Phone& lost = instance(8);
  edge.breaks_unseen(lost);
  EXPECT_EQ(answer_to({{404, {}}}).status(), 404);
}

TEST_F(BestResponse, PassesByteForByte) {
  const Packet answer = answer_to({{486, {"X-Reason:  in a   meeting", "s: compact"}}});
  EXPECT_THAT(answer.text(), HasSubstr("\r\nX-Reason:  in a   meeting\r\ns: compact\r\n"));
  EXPECT_EQ(answer.start_line(), "SIP/2.0 486 Status");
}

}  // namespace
}  // namespace flowgate::test
