// Credentials that somebody made to see what happens.
#include "callflow/digest.h"

namespace flowgate::test {
namespace {

struct DigestHostile : ::testing::Test {
  DigestEdge edge;
  Phone& alice = edge.udp("alice", "192.0.2.1:5060");

  Packet challenged() {
    alice.sends(alice.registers());
    return alice.receives("SIP/2.0 401");
  }
  Packet registers(const Lines& credentials) {
    alice.sends(alice.registers({}, credentials));
    return alice.receives("SIP/2.0");
  }
  // After a new challenge, whose right answer is changed.
  std::string changed(std::string_view from, const std::string& to) {
    return registers({replaced(credentials(challenged(), "REGISTER", {}), from, to)}).start_line();
  }
  static bool is_stale(const Packet& refusal) {
    return challenge_param(refusal.header("WWW-Authenticate"), "stale") == "true";
  }
};

TEST_F(DigestHostile, AParameterThatStandsTwiceIs400WhicheverItIs) {
  for (const char* again :
       {"username=\"alice\"", "realm=\"example.com\"", "nonce=\"x\"", "uri=\"sip:example.com\"",
        "response=\"0\"", "ALGORITHM=MD5", "qop=auth", "nc=00000001", "cnonce=\"x\"",
        "opaque=\"x\", opaque=\"x\"", "userhash=false, userhash=false"})
    EXPECT_EQ(changed("Digest ", "Digest " + std::string(again) + ", "), "SIP/2.0 400 Bad Authorization")
        << again;
}

TEST_F(DigestHostile, AParameterThatIsMissingLetsNobodyIn) {
  const auto without = [&](const std::string& name) {
    const std::string line = credentials(challenged(), "REGISTER", {});
    const std::size_t begin = line.find(name + "="), end = line.find(", ", begin);
    const std::string rest = end == std::string::npos ? "" : line.substr(end + 2);
    return registers({line.substr(0, begin) + rest}).status();
  };
  for (const char* name : {"realm", "nonce", "response", "algorithm", "nc", "qop"}) {
    const int expected = std::string_view(name) == "nc" ? 400 : 401;
    EXPECT_EQ(without(name), expected) << name;
  }
}

TEST_F(DigestHostile, AValueOfThousandsOfOctetsIsOneThatIsWrong) {
  const std::string huge(8000, 'x'), zeros(8000, '0');
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"username=\"alice", "username=\"" + huge},
                                                        {"username=\"alice", "username=\"alice@" + huge},
                                                        {"realm=\"", "realm=\"" + huge},
                                                        {"nonce=\"", "nonce=\"" + huge},
                                                        {"response=\"", "response=\"" + zeros},
                                                        {"algorithm=", "algorithm=" + huge},
                                                        {"cnonce=\"", "cnonce=\"" + huge},
                                                        {"uri=\"", "uri=\"" + huge},
                                                        {"Digest ", "Digest opaque=\"" + huge + "\", "}})
    EXPECT_EQ(changed(from, to), "SIP/2.0 401 Unauthorized") << from;
  EXPECT_EQ(changed("nc=0", "nc=" + zeros), "SIP/2.0 400 Bad nc");
  EXPECT_EQ(changed("Digest ", "Digest " + std::string(8000, ',')), "SIP/2.0 200 OK");
}

TEST_F(DigestHostile, ParametersWithoutEndAre400) {
  std::string many;
  for (int i = 0; i < 2000; ++i) many += "a" + std::to_string(i) + "=b, ";
  EXPECT_EQ(changed("Digest ", "Digest " + many), "SIP/2.0 400 Bad Authorization");
}

TEST_F(DigestHostile, OfSeveralCredentialsForOurRealmTheFirstCountsAlone) {
  Answer guess;
  guess.password = "guess";
  Packet refusal = challenged();
  const std::string right = credentials(refusal, "REGISTER", {}),
                    wrong = credentials(refusal, "REGISTER", guess);
  EXPECT_EQ(registers({wrong, right}).status(), 401);
  EXPECT_EQ(registers({right, wrong}).status(), 200);
  // So that one request is one guess.
  refusal = challenged();
  EXPECT_EQ(registers(Lines(100, credentials(refusal, "REGISTER", guess))).status(), 401);
  EXPECT_EQ(registers({credentials(refusal, "REGISTER", {})}).status(), 200);
}

TEST_F(DigestHostile, AHundredCredentialsForOtherRealmsHideNothing) {
  const Packet refusal = challenged();
  Answer foreign;
  foreign.realm = "elsewhere.example";
  Lines lines(100, credentials(refusal, "REGISTER", foreign));
  lines.push_back(credentials(refusal, "REGISTER", {}));
  EXPECT_EQ(registers(lines).status(), 200);
}

TEST_F(DigestHostile, NothingButHisNameAndOneOfOurDomainsIsAUser) {
  const auto status = [&](const std::string& username) {
    Answer answer;
    answer.username = username;
    edge.passes(31s);
    return registers({credentials(challenged(), "REGISTER", answer)}).status();
  };
  for (const char* username :
       {"alice@example.com@example.com", "alice@", "@example.com", "alice@example.net", "alice@example.com;x",
        "alice@example.com?x=y", "alice@example.com:5060", " alice", "Alice", "sip:alice@example.com",
        "alice:example.com", "%61lice", "alice@[::1]", "alice\t"})
    EXPECT_EQ(status(username), 401) << username;
  EXPECT_EQ(status("alice@EXAMPLE.com"), 200);
}

TEST_F(DigestHostile, ANameBeyondAsciiIsItsOctets) {
  edge.users().put({.name = "h\xc3\xa9l\xc3\xa8ne", .password = "\xc3\xa9"});
  Phone& phone = edge.udp("h%C3%A9l%c3%a8ne", "192.0.2.9:5060");
  Answer answer;
  answer.username = "h\xc3\xa9l\xc3\xa8ne";
  answer.password = "\xc3\xa9";
  EXPECT_EQ(registers_with(phone, answer).status(), 200);
  answer.username = "h\xe9l\xe8ne";
  EXPECT_EQ(registers_with(phone, answer).status(), 401);
}

// A captured response that was kept from arriving is good for that request alone.
TEST_F(DigestHostile, CredentialsForOneMethodAreNotForAnother) {
  const Packet refusal = challenged();
  EXPECT_EQ(registers({credentials(refusal, "OPTIONS", {})}).status(), 401);
  const std::string line = credentials(refusal, "REGISTER", Answer{}.to("sip:bob@example.com"));
  alice.sends(alice.opens("SUBSCRIBE", "sip:bob@example.com", {"Event: reg", line}));
  EXPECT_EQ(alice.receives("SIP/2.0").status(), 401);
}

// RFC 7616 §3.3: a protection space is a realm; its keys are those of the processes that share it.
TEST_F(DigestHostile, ANonceOfAnotherRealmOrKeyIsStaleAndLetsNobodyIn) {
  digest::Options options = digest_options();
  options.realm = "example.net";
  DigestEdge other({}, options);
  Phone& there = other.udp("alice", "192.0.2.1:5060");
  there.sends(there.registers());
  const std::string nonce = nonce_of(there.receives("SIP/2.0 401"));
  const Packet refusal = registers({"Authorization: " + Answer{}.value("REGISTER", nonce)});
  EXPECT_EQ(refusal.status(), 401);
  EXPECT_TRUE(is_stale(refusal));
}

TEST_F(DigestHostile, AnOpaqueThatIsNotOursIsStale) {
  const Packet refusal = challenged();
  EXPECT_TRUE(is_stale(registers({credentials(refusal, "REGISTER", {}) + ", opaque=\"x\""})));
  // The nonce was not used up by it.
  EXPECT_EQ(registers({credentials(refusal, "REGISTER", {})}).status(), 200);
}

TEST_F(DigestHostile, TheHighestCountUsesUpAllThatAreFarBelowIt) {
  const Packet refusal = challenged();
  const auto with_count = [&](const char* nc) {
    Answer answer;
    answer.nc = nc;
    return registers({credentials(refusal, "REGISTER", answer)});
  };
  EXPECT_EQ(with_count("ffffffff").status(), 200);
  EXPECT_TRUE(is_stale(with_count("ffffffff")));
  EXPECT_TRUE(is_stale(with_count("FFFFFFFF")));
  EXPECT_TRUE(is_stale(with_count("00000001")));
  EXPECT_EQ(with_count("fffffffe").status(), 200);
  EXPECT_TRUE(is_stale(with_count("fffffffe")));
}

TEST_F(DigestHostile, ACountOfZeroIsACountLikeAnother) {
  const Packet refusal = challenged();
  Answer answer;
  answer.nc = "00000000";
  EXPECT_EQ(registers({credentials(refusal, "REGISTER", answer)}).status(), 200);
  EXPECT_TRUE(is_stale(registers({credentials(refusal, "REGISTER", answer)})));
}

}  // namespace
}  // namespace flowgate::test
