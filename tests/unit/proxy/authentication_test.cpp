#include "proxy/authentication.h"

#include "sip/address.h"
#include "tests/support/digest_answer.h"
#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {
namespace {

using registrar::User;
using test::Answer;

// Users alice, with a further AOR, and bob; peers at 192.0.2.128/25 are trusted.
struct AuthenticationTest : ::testing::Test {
  AuthenticationTest() {
    users.put({.name = "alice", .password = "ecila", .aors = {"sales@example.com"}});
    users.put({.name = "bob", .password = "bob"});
    roles.trust.peers = {*AddressPrefix::from("192.0.2.128/25")};
  }
  static digest::Options options() {
    digest::Options options;
    options.realm = "example.com";
    return options;
  }

  static std::string text(const std::string& from, const std::string& fields,
                          const std::string& to = "<sip:bob@example.com>") {
    return "MESSAGE sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP "
           "198.51.100.7:40000;branch=z9hG4bK1\nFrom: " +
           from + ";tag=1\nTo: " + to + "\nCall-ID: 1\nCSeq: 1 MESSAGE\n" + fields + "Content-Length: 0\n\n";
  }
  Authentication::Verdict passes(const std::string& text, bool over_registered = false,
                                 const RouteDecision& decision = {}, const Flow& flow = ua_flow) {
    return authentication.of_request_passing(Parsed{text}.get(), flow, decision, over_registered, now);
  }
  std::string nonce() {
    std::string text;
    space.mint_nonce(now, ++random, text);
    return text;
  }
  // Of a request from there, with alice's password.
  Authentication::Verdict by_alice(const std::string& from, const std::string& fields = "") {
    const std::string credentials =
        "Proxy-Authorization: " + Answer::of("alice").to("sip:bob@example.com").value("MESSAGE", nonce()) +
        "\n";
    return passes(text(from, credentials + fields), true);
  }

  registrar::Instant now{std::chrono::hours{1}};
  registrar::UserTable users;
  registrar::Domains domains{{"example.com", "example.org"}, {}, &users};
  TokenKeys keys = TokenKeys::from({token_key(1)});
  digest::ProtectionSpace space{options(), users, domains, keys, now};
  Roles roles;
  std::uint64_t random = 0;
  Authentication authentication{space, roles, [this] { return ++random; }};
};

TEST_F(AuthenticationTest, AFromThatIsNoSipUriIsAskedAboutOnlyOverARegisteredFlow) {
  for (const char* from : {"<tel:+15551234>", "<sip:@>", "<urn:x:y>", "\"open <sip:alice@example.com>"}) {
    EXPECT_EQ(passes(text(from, "")).refusal.status, 0) << from;
    EXPECT_EQ(passes(text(from, ""), true).refusal.status, 407) << from;
    EXPECT_EQ(by_alice(from).refusal.reason, "From Is Not Yours") << from;
  }
}

TEST_F(AuthenticationTest, EachSpellingOfOurDomainsIsAskedAbout) {
  for (const char* from : {"sip:x@example.com", "<sips:x@EXAMPLE.COM:5060;a=b?c=d>", "<sip:example.org>",
                           "\"a,b\" <sip:%78:secret@example.org>"})
    EXPECT_EQ(passes(text(from, "")).refusal.status, 407) << from;
  for (const char* from :
       {"<sip:x@example.com.invalid>", "<sip:example.com@192.0.2.9>", "<sip:x@sub.example.com>"})
    EXPECT_EQ(passes(text(from, "")).refusal.status, 0) << from;
}

TEST_F(AuthenticationTest, AUserSpeaksForHisAorsInEachDomainAndSpelling) {
  for (const char* from : {"<sip:alice@example.org>", "<sips:%61lice@Example.Com;user=phone>",
                           "<sip:sales@example.com>", "<sip:alice@example.com;gr=urn:uuid:1>"})
    EXPECT_EQ(by_alice(from).refusal.status, 0) << from;
  // A further AOR is one in its own domain; user parts have case.
  for (const char* from : {"<sip:sales@example.org>", "<sip:Alice@example.com>", "<sip:bob@example.com>",
                           "<sip:nobody@example.com>", "<sip:example.com>", "<sip:alice@example.net>"})
    EXPECT_EQ(by_alice(from).refusal.reason, "From Is Not Yours") << from;
}

// RFC 3323 §4.1.1.3
TEST_F(AuthenticationTest, NobodyButAnonymousAtAnonymousInvalidIsAnonymous) {
  EXPECT_EQ(by_alice("Anonymous <sip:anonymous@ANONYMOUS.invalid>").asserted, "sip:alice@example.com");
  for (const char* from : {"<sip:anonymous@example.net>", "<sip:anonymous@x.anonymous.invalid>",
                           "<tel:anonymous.invalid>", "<sip:anonymous@anonymous.invalid.example.net>"})
    EXPECT_EQ(by_alice(from).refusal.status, 403) << from;
}

TEST_F(AuthenticationTest, WhatIsAssertedIsAnAorAndNothingThatTheSenderAddedToIt) {
  EXPECT_EQ(by_alice("\"Boss\" <sip:alice:secret@example.com;gr=urn:uuid:1;x=y?Subject=z>").asserted,
            "sip:alice@example.com");
}

// RFC 3325 §9.2
TEST_F(AuthenticationTest, TheFirstPreferredIdentityThatIsHisIsAsserted) {
  const auto preferring = [&](const std::string& fields) {
    return by_alice("<sip:alice@example.com>", fields).asserted;
  };
  EXPECT_EQ(preferring("P-Preferred-Identity: <sip:bob@example.com>, <sip:sales@example.com>\n"
                       "P-Preferred-Identity: <sip:alice@example.org>\n"),
            "sip:sales@example.com");
  for (const char* value : {"<sip:bob@example.com>", "<tel:+15551234>", "\"", "",
                            "<sip:anonymous@anonymous.invalid>", "<sip:sales@example.net>"})
    EXPECT_EQ(preferring("P-Preferred-Identity: " + std::string{value} + "\n"), "sip:alice@example.com")
        << value;
}

TEST_F(AuthenticationTest, ATrustedPeerIsAskedNothingAndIsNobodysUser) {
  const Flow gateway = udp_flow("192.0.2.200", 5060);
  const Authentication::Verdict passing = passes(text("<sip:alice@example.com>", ""), false, {}, gateway);
  EXPECT_EQ(passing.refusal.status, 0);
  EXPECT_EQ(passing.user, nullptr);
  EXPECT_EQ(passing.asserted, "");
  const auto for_us =
      authentication.of_request_for_us(Parsed{text("<sip:alice@example.com>", "")}.get(), {}, gateway, now);
  EXPECT_EQ(for_us.refusal.status, 0);
  EXPECT_EQ(for_us.user, nullptr);
  EXPECT_EQ(
      passes(text("<sip:alice@example.com>", ""), false, {}, udp_flow("192.0.2.127", 5060)).refusal.status,
      407);
}

TEST_F(AuthenticationTest, ATokenOfAUserCountsWithinADialogOnly) {
  RouteDecision decision;
  decision.from_user = true;
  const std::string from = "<sip:alice@example.com>";
  EXPECT_EQ(passes(text(from, "", "<sip:bob@example.com>;tag=2"), true, decision).refusal.status, 0);
  EXPECT_EQ(passes(text(from, "", "<sip:bob@example.com;tag=2>"), true, decision).refusal.status, 407);
  EXPECT_EQ(passes(text(from, "", "\";tag=2\" <sip:bob@example.com>"), true, decision).refusal.status, 407);
}

// Its user part does not show whose it is; what it can be used for does not need that it is his.
TEST_F(AuthenticationTest, AContactWhoseUserIsNotToBeSeenIsLetPass) {
  for (const char* contact : {"<sip:tgruu.xyz@example.com;gr>", "*", "<sip:bob@example.com>", "nonsense \"",
                              "<sip:bob@example.net;gr=urn:uuid:1>"})
    EXPECT_EQ(by_alice("<sip:alice@example.com>", "Contact: " + std::string{contact} + "\n").refusal.status,
              0)
        << contact;
  for (const char* contact :
       {"<sip:bob@example.com;gr=urn:uuid:1>", "<sips:%62ob@example.org;opaque=urn:uuid:1>"})
    EXPECT_EQ(by_alice("<sip:alice@example.com>", "Contact: " + std::string{contact} + "\n").refusal.reason,
              "GRUU Is Not Yours")
        << contact;
}

TEST_F(AuthenticationTest, ARegisterForAnAorThatIsNobodysIsLeftToTheRegistrar) {
  const auto registers = [&](const std::string& to) {
    const std::string authorization = Answer::of("alice").value("REGISTER", nonce());
    const Parsed request{
        "REGISTER sip:example.com SIP/2.0\nVia: SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK1\n"
        "From: <sip:bob@example.com>;tag=1\nTo: " +
        to + "\nCall-ID: 1\nCSeq: 1 REGISTER\nAuthorization: " + authorization + "\nContent-Length: 0\n\n"};
    const auto address = sip::Address::parse(to);
    return authentication.of_request_for_us(request.get(), address ? address->uri : sip::Uri{}, ua_flow, now)
        .refusal.status;
  };
  // RFC 3261 §10.2: From is the one who registers, not the one who is registered: a third party may.
  EXPECT_EQ(registers("<sip:alice@example.com>"), 0);
  EXPECT_EQ(registers("<sip:sales@example.com>"), 0);
  EXPECT_EQ(registers("<sip:bob@example.com>"), 403);
  EXPECT_EQ(registers("<sip:%62ob@EXAMPLE.ORG>"), 403);
  for (const char* to :
       {"<sip:nobody@example.com>", "<sip:example.com>", "<sip:alice@example.net>", "<tel:+1>"})
    EXPECT_EQ(registers(to), 0) << to;
}

}  // namespace
}  // namespace flowgate::proxy
