#include "proxy/best_response.h"

#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {
namespace {

Parsed response(int status, std::string_view fields = "") {
  return Parsed{"SIP/2.0 " + std::to_string(status) +
                " Said By A UA\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\n" + std::string{fields} + "\n"};
}

int best_of(const std::vector<int>& statuses) {
  BestResponse best;
  for (const int status : statuses) best.consider(response(status).get());
  return best.status();
}

TEST(BestResponse, IsNoneAtFirst) {
  const BestResponse best;
  EXPECT_EQ(best.status(), 0);
  EXPECT_EQ(best.message(), nullptr);
  EXPECT_EQ(best.challenges(), "");
}

// RFC 3261 §16.7 (6): "It MUST choose from the 6xx class responses if any exist in the context. If no 6xx
// class responses are present, the proxy SHOULD choose from the lowest response class".
TEST(BestResponse, IsA6xxOrElseOfTheLowestClass) {
  EXPECT_EQ(best_of({302, 404, 500, 603}), 603);
  EXPECT_EQ(best_of({603, 302, 404, 500}), 603);
  EXPECT_EQ(best_of({500, 404, 302}), 302);
  EXPECT_EQ(best_of({302, 404, 500}), 302);
  EXPECT_EQ(best_of({500, 404}), 404);
  EXPECT_EQ(best_of({404, 500}), 404);
}

TEST(BestResponse, IsTheFirstOfSeveralThatAreAsGood) {
  EXPECT_EQ(best_of({486, 404, 480}), 486);
  EXPECT_EQ(best_of({404, 486}), 404);
  EXPECT_EQ(best_of({604, 603}), 604);
}

// §16.7 (6): "The proxy SHOULD give preference to responses that provide information affecting resubmission
// of this request, such as 401, 407, 415, 420, and 484 if the 4xx class is chosen."
TEST(BestResponse, PrefersWhatHelpsToSendTheRequestAgain) {
  for (const int status : {401, 407, 415, 420, 484}) {
    EXPECT_EQ(best_of({404, status}), status);
    EXPECT_EQ(best_of({status, 404}), status);
    EXPECT_EQ(best_of({status, 302}), 302);
  }
}

TEST(BestResponse, Prefers408AndA503LastOfTheirClasses) {
  EXPECT_EQ(best_of({408, 486}), 486);
  EXPECT_EQ(best_of({503, 500}), 500);
  EXPECT_EQ(best_of({500, 503}), 500);
  EXPECT_EQ(best_of({503, 408}), 408);
}

TEST(BestResponse, OutlivesTheBufferOfTheResponse) {
  BestResponse best;
  best.consider(response(486, "Retry-After: 60\n").get());
  ASSERT_NE(best.message(), nullptr);
  EXPECT_EQ(best.message()->status(), 486);
  EXPECT_EQ(best.message()->reason(), "Said By A UA");
  EXPECT_EQ(best.message()->value(sip::Header::retry_after), "60");
}

TEST(OwnResponse, GivesWayToAnythingThatSomebodyElseSaid) {
  for (const int status : {302, 404, 408, 503, 603}) {
    BestResponse best;
    best.consider(480, "Nobody There");
    best.consider(response(status).get());
    EXPECT_EQ(best.status(), status);
    EXPECT_NE(best.message(), nullptr);
    EXPECT_EQ(best.reason(), "");

    BestResponse reversed;
    reversed.consider(response(status).get());
    reversed.consider(480, "Nobody There");
    EXPECT_EQ(reversed.status(), status);
    EXPECT_NE(reversed.message(), nullptr);
  }
}

TEST(OwnResponse, CountsWhereNobodyAnswered) {
  BestResponse best;
  best.consider(503, "Next Hop Unreachable");
  EXPECT_EQ(best.status(), 503);
  EXPECT_EQ(best.reason(), "Next Hop Unreachable");
  EXPECT_EQ(best.message(), nullptr);
  best.consider(408, "");
  EXPECT_EQ(best.status(), 408);
  EXPECT_EQ(best.reason(), "");
  best.consider(503, "Next Hop Unreachable");
  EXPECT_EQ(best.status(), 408);
}

// RFC 3261 §8.1.3.1: a timeout "MUST be treated as if a 408 (Request Timeout) status code has been received".
TEST(OwnResponse, TimeoutIsTheLastOfItsClass) {
  for (const auto& [status, expected] :
       {std::pair{486, 486}, {302, 302}, {603, 603}, {500, 408}, {503, 408}}) {
    BestResponse best;
    best.consider(408, "");
    best.consider(response(status).get());
    EXPECT_EQ(best.status(), expected);
    BestResponse reversed;
    reversed.consider(response(status).get());
    reversed.consider(408, "");
    EXPECT_EQ(reversed.status(), expected);
  }
}

constexpr std::string_view www_a = "WWW-Authenticate: Digest realm=\"a\", nonce=\"1\"\n";
constexpr std::string_view www_b = "WWW-Authenticate: Digest realm=\"b\", nonce=\"2\"\n";
constexpr std::string_view proxy_c = "proxy-authenticate: Digest realm=\"c\"\n";

std::string joined(std::string_view a, std::string_view b = "") {
  return std::string{a} + std::string{b};
}

// §16.7 (7): "If the selected response is a 401 (Unauthorized) or a 407 (Proxy Authentication Required), the
// proxy MUST collect any WWW-Authenticate and Proxy-Authenticate header field values from all other 401
// (Unauthorized) and 407 (Proxy Authentication Required) responses received so far".
TEST(Challenges, AreThoseOfAllOther401And407Responses) {
  BestResponse best;
  best.consider(response(401, www_a).get());
  EXPECT_EQ(best.challenges(), "");  // its own stand in it
  best.consider(response(407, proxy_c).get());
  best.consider(response(404, "WWW-Authenticate: Digest realm=\"x\"\n").get());
  best.consider(response(401, joined(www_b, www_a)).get());
  EXPECT_EQ(best.status(), 401);
  EXPECT_EQ(best.challenges(),
            with_line_ends("Proxy-Authenticate: Digest realm=\"c\"\n" + joined(www_b, www_a)));
}

TEST(Challenges, AreKeptWhateverCameBefore) {
  BestResponse best;
  best.consider(response(500).get());
  best.consider(response(404).get());
  best.consider(408, "");
  best.consider(response(407, proxy_c).get());
  best.consider(response(401, www_a).get());
  EXPECT_EQ(best.status(), 407);
  EXPECT_EQ(best.challenges(), with_line_ends(www_a));
}

// Each branch may bring as many challenges as a message holds: together they are still to fit into one
// response.
TEST(Challenges, AreNotCollectedWithoutBound) {
  const std::string challenge = "Digest realm=\"" + std::string(1000, 'r') + "\"";
  std::string fields;
  for (int number = 0; number < 20; ++number) fields += "WWW-Authenticate: " + challenge + "\n";
  BestResponse best;
  best.consider(response(401, www_a).get());
  for (int branch = 0; branch < 3; ++branch) best.consider(response(401, fields).get());
  EXPECT_GE(best.challenges().size(), 3 * challenge.size());
  EXPECT_LE(best.challenges().size(), 4200U);
  EXPECT_TRUE(best.challenges().ends_with(challenge + "\r\n")) << "whole lines";
}

TEST(Challenges, AreNoneWhenTheSelectedResponseIsNoChallenge) {
  BestResponse decline;
  decline.consider(response(401, www_a).get());
  decline.consider(response(401, www_b).get());
  decline.consider(response(603).get());
  EXPECT_EQ(decline.status(), 603);
  EXPECT_EQ(decline.challenges(), "");

  BestResponse incomplete;
  incomplete.consider(response(484).get());
  incomplete.consider(response(401, www_a).get());
  EXPECT_EQ(incomplete.status(), 484);
  EXPECT_EQ(incomplete.challenges(), "");

  BestResponse redirected;
  redirected.consider(response(302).get());
  redirected.consider(response(407, proxy_c).get());
  EXPECT_EQ(redirected.status(), 302);
  EXPECT_EQ(redirected.challenges(), "");
}

}  // namespace
}  // namespace flowgate::proxy
