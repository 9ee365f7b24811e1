// Digest authentication: RFC 3261 §22, RFC 7616, RFC 8760.
#include "callflow/digest.h"

namespace flowgate::test {
namespace {

struct Digest : ::testing::Test {
  DigestEdge edge;
  Phone& alice = edge.udp("alice", "192.0.2.1:5060");
  Phone& bob = edge.udp("bob", "192.0.2.2:5060");
  Phone& stranger = edge.udp("eve", "198.51.100.66:5060");

  Packet challenged(Phone& phone) {
    phone.sends(phone.registers());
    return phone.receives("SIP/2.0 401");
  }
  Packet registers(Phone& phone, const std::string& credentials) {
    phone.sends(phone.registers({}, {credentials}));
    return phone.receives("SIP/2.0");
  }
};

TEST_F(Digest, ARegisterWithoutCredentialsIsChallengedForEachAlgorithmInTheirOrder) {
  const auto challenges = challenged(alice).all("WWW-Authenticate");
  ASSERT_EQ(challenges.size(), 2U);
  EXPECT_THAT(challenges[0], StartsWith("Digest realm=\"example.com\", nonce=\""));
  EXPECT_EQ(challenge_param(challenges[0], "algorithm"), "SHA-256");
  EXPECT_EQ(challenge_param(challenges[1], "algorithm"), "MD5");
  for (const std::string& challenge : challenges) {
    EXPECT_EQ(challenge_param(challenge, "qop"), "auth");
    EXPECT_EQ(challenge_param(challenge, "stale"), "");
    EXPECT_NE(challenge_param(challenge, "opaque"), "");
  }
}

TEST_F(Digest, TheRightResponseIsAcceptedByEachAlgorithmOffered) {
  EXPECT_EQ(registers_with(alice, {}).status(), 200);
  Answer md5;
  md5.algorithm = digest::Algorithm::md5;
  EXPECT_EQ(registers_with(alice, md5).status(), 200);
}

TEST_F(Digest, AnAlgorithmThatWasNotOfferedIsChallengedAgain) {
  Answer answer;
  answer.algorithm = digest::Algorithm::sha512_256;
  EXPECT_EQ(registers_with(alice, answer).status(), 401);
}

// RFC 3261 §21.4.4 would have clients give up on a 403.
TEST_F(Digest, AWrongPasswordIsChallengedAgainAndNotStale) {
  Answer answer;
  answer.password = "guess";
  const Packet refusal = registers_with(alice, answer);
  EXPECT_EQ(refusal.status(), 401);
  EXPECT_EQ(challenge_param(refusal.header("WWW-Authenticate"), "stale"), "");
}

TEST_F(Digest, AnUnknownUserIsAnsweredAsAWrongPasswordIs) {
  Answer known, unknown = Answer::of("nobody");
  known.password = "guess";
  Packet first = registers_with(alice, known), second = registers_with(stranger, unknown);
  EXPECT_EQ(second.status(), 401);
  const auto shape = [](const Packet& packet) {
    std::string text = packet.start_line();
    for (const std::string& challenge : packet.all("WWW-Authenticate"))
      text += "\n" + replaced(challenge, nonce_of(packet), "NONCE");
    return text;
  };
  EXPECT_EQ(shape(first), shape(second));
}

TEST_F(Digest, AUserNameMayHaveItsDomainAndEscapes) {
  Answer answer;
  answer.username = "alice@example.com";
  EXPECT_EQ(registers_with(alice, answer).status(), 200);
  edge.users().put({.name = "ali\"ce", .password = "x"});
  Phone& quoted = edge.udp("ali%22ce", "192.0.2.9:5060");
  Answer escaped;
  escaped.username = "ali\"ce";
  escaped.password = "x";
  const Packet refusal = challenged(quoted);
  const std::string line = replaced(credentials(refusal, "REGISTER", escaped), "ali\"ce", "ali\\\"ce");
  EXPECT_EQ(registers(quoted, line).status(), 200);
}

TEST_F(Digest, ANonceIsGoodForManyRequestsWithRisingCounts) {
  const Packet refusal = challenged(alice);
  for (const char* nc : {"00000001", "00000002", "00000005", "00000004"}) {
    Answer answer;
    answer.nc = nc;
    EXPECT_EQ(registers(alice, credentials(refusal, "REGISTER", answer)).status(), 200) << nc;
  }
}

// RFC 7616 §3.4: "if the same nc value is seen twice, then the request is a replay."
TEST_F(Digest, AReplayIsStaleAtWhicheverShardItArrives) {
  const Packet refusal = challenged(alice);
  const std::string line = credentials(refusal, "REGISTER", {});
  EXPECT_EQ(registers(alice, line).status(), 200);
  stranger.arrives_at(1);
  const Packet replay = registers(stranger, line);
  EXPECT_EQ(replay.status(), 401);
  EXPECT_EQ(challenge_param(replay.header("WWW-Authenticate"), "stale"), "true");
}

TEST_F(Digest, AnOldNonceIsStaleForWhoKnowsThePasswordOnly) {
  const Packet refusal = challenged(alice);
  edge.passes(301s);
  const Packet stale = registers(alice, credentials(refusal, "REGISTER", {}));
  EXPECT_EQ(stale.status(), 401);
  EXPECT_EQ(challenge_param(stale.header("WWW-Authenticate"), "stale"), "true");
  EXPECT_EQ(registers(alice, credentials(stale, "REGISTER", {})).status(), 200);
  Answer guess;
  guess.password = "guess";
  const Packet wrong = registers(alice, credentials(refusal, "REGISTER", guess));
  EXPECT_EQ(challenge_param(wrong.header("WWW-Authenticate"), "stale"), "");
}

TEST_F(Digest, ANonceThatIsNotOursIsStale) {
  const Packet refusal =
      registers(alice, "Authorization: " + Answer{}.value("REGISTER", "dcd98b7102dd2f0e8b11d0f600bfb0c0"));
  EXPECT_EQ(refusal.status(), 401);
  EXPECT_EQ(challenge_param(refusal.header("WWW-Authenticate"), "stale"), "true");
}

// RFC 2069 counts nothing, so that a nonce is good for one request.
TEST_F(Digest, WithoutQopANonceIsGoodOnce) {
  Answer answer;
  answer.qop = "";
  answer.algorithm = digest::Algorithm::md5;
  const Packet refusal = challenged(alice);
  const std::string line = credentials(refusal, "REGISTER", answer);
  EXPECT_EQ(registers(alice, line).status(), 200);
  const Packet again = registers(alice, line);
  EXPECT_EQ(challenge_param(again.header("WWW-Authenticate"), "stale"), "true");
}

// RFC 8760 §2.7: before it was challenged, a client may leave values empty.
TEST_F(Digest, EmptyCredentialsAreChallenged) {
  const Packet refusal = registers(alice,
                                   "Authorization: Digest username=\"alice\", realm=\"example.com\", "
                                   "nonce=\"\", uri=\"sip:example.com\", response=\"\"");
  EXPECT_EQ(refusal.status(), 401);
}

TEST_F(Digest, OfSeveralCredentialsThoseForOurRealmCount) {
  const Packet refusal = challenged(alice);
  Answer foreign;
  foreign.realm = "elsewhere.example";
  alice.sends(
      alice.registers({}, {"Authorization: Basic QWxhZGRpbg==", credentials(refusal, "REGISTER", foreign),
                           credentials(refusal, "REGISTER", {})}));
  alice.receives("SIP/2.0 200");
}

TEST_F(Digest, BrokenCredentialsAre400WithAReason) {
  const Packet refusal = challenged(alice);
  const std::string good = credentials(refusal, "REGISTER", {});
  const auto reason = [&](const std::string& line) { return registers(alice, line).start_line(); };
  EXPECT_EQ(reason("Authorization: Digest username=\"alice"), "SIP/2.0 400 Bad Authorization");
  EXPECT_EQ(reason(replaced(good, "username=\"alice\"", "username=\"\"")),
            "SIP/2.0 400 Credentials Without username");
  EXPECT_EQ(reason(replaced(good, "uri=\"sip:example.com\"", "x=y")), "SIP/2.0 400 Credentials Without uri");
  EXPECT_EQ(reason(replaced(good, "qop=auth", "qop=auth-int")), "SIP/2.0 400 Only qop=auth Was Offered");
  EXPECT_EQ(reason(replaced(good, "nc=00000001", "nc=1")), "SIP/2.0 400 Bad nc");
  EXPECT_EQ(reason(replaced(good, ", cnonce=\"0a4f113b\"", "")), "SIP/2.0 400 Credentials Without cnonce");
  EXPECT_EQ(reason(good + ", userhash=true"), "SIP/2.0 400 userhash Was Not Offered");
}

TEST_F(Digest, TheUriMayBeWrittenOtherwiseButIsForTheSameResource) {
  for (const char* uri : {"sip:example.com;transport=udp", "sip:203.0.113.1:5060", "sip:alice@example.com"})
    EXPECT_EQ(registers_with(alice, Answer{}.to(uri)).status(), 200) << uri;
  const Packet refusal = registers_with(alice, Answer{}.to("mailto:alice@example.com"));
  EXPECT_EQ(refusal.start_line(), "SIP/2.0 400 Credentials Are For Another Request-URI");
}

TEST_F(Digest, WhateverIsAddressedToUsIsChallenged) {
  stranger.sends(stranger.opens("OPTIONS", "sip:example.com"));
  stranger.receives("SIP/2.0 401");
  stranger.sends(stranger.opens("SUBSCRIBE", "sip:alice@example.com", {"Event: reg"}));
  stranger.receives("SIP/2.0 401");
}

}  // namespace
}  // namespace flowgate::test
