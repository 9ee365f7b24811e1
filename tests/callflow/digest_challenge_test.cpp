// RFC 3261 §8.2.7: who says nothing of himself is challenged, and forgotten.
#include "callflow/digest.h"

namespace flowgate::test {
namespace {

struct DigestChallenge : ::testing::Test {
  DigestEdge edge;
  Phone& alice = edge.udp("alice", "192.0.2.1:5060");

  Packet answer_to(Phone& phone, const std::string& request) {
    phone.sends(request);
    return phone.receives("SIP/2.0");
  }
};

TEST_F(DigestChallenge, NothingIsKeptOfIt) {
  answer_to(alice, alice.registers());
  EXPECT_EQ(edge.core().transactions(), 0U);
  EXPECT_EQ(edge.core().transaction_octets(), 0U);
  is_registered(alice);
  EXPECT_EQ(edge.core().transactions(), 1U);
}

// §8.2.7: "If a stateless UAS receives a retransmission of a request, it regenerates the response and resends
// it, just as if it were replying to the first instance of the request." The To tag is the same each time.
TEST_F(DigestChallenge, IsMadeAnewWhenTheRequestComesAgain) {
  const std::string request = alice.registers();
  const Packet first = answer_to(alice, request), second = answer_to(alice, request);
  EXPECT_EQ(second.status(), 401);
  EXPECT_THAT(first.header("To"), HasSubstr(";tag="));
  EXPECT_EQ(first.header("To"), second.header("To"));
  EXPECT_NE(nonce_of(first), nonce_of(second));
  for (const Packet* challenge : {&first, &second}) {
    const std::string line = credentials(*challenge, "REGISTER", {});
    EXPECT_EQ(answer_to(alice, alice.registers({}, {line})).status(), 200);
  }
}

TEST_F(DigestChallenge, ItsViaSaysWhereTheRequestCameFrom) {
  const std::string via = answer_to(alice, alice.registers()).header("Via");
  EXPECT_EQ(param_of(via, "received"), "192.0.2.1");
  EXPECT_EQ(param_of(via, "rport"), "5060");
}

// §18.2.2
TEST_F(DigestChallenge, GoesToThePortOfTheSentByWithoutRport) {
  Phone& source = edge.udp("alice", "192.0.2.9:40000");
  Phone& sent_by = edge.udp("alice", "192.0.2.9:5070");
  source.sends(replaced(replaced(source.registers(), ";rport", ""), "192.0.2.9:40000", "192.0.2.9:5070"));
  source.receives_nothing();
  EXPECT_EQ(param_of(sent_by.receives("SIP/2.0 401").header("Via"), "rport"), "");
}

// A second guess by the same request would count twice.
TEST_F(DigestChallenge, WrongCredentialsAreAnsweredOnceForAll) {
  Answer guess;
  guess.password = "guess";
  const Packet refusal = answer_to(alice, alice.registers());
  const std::string request = alice.registers({}, {credentials(refusal, "REGISTER", guess)});
  const Packet first = answer_to(alice, request);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(answer_to(alice, request).text(), first.text());
  is_registered(alice);
}

TEST_F(DigestChallenge, ARegisterForAnotherDomainIsChallengedByTheProxy) {
  std::string foreign = replaced(alice.registers(), "REGISTER sip:example.com", "REGISTER sip:example.net");
  EXPECT_EQ(answer_to(alice, replaced(foreign, "To: <sip:alice@example.com>", "To: <sip:alice@example.net>"))
                .status(),
            407);
}

// §8.2: "starting with authentication, then inspecting the method, the header fields, and so on".
TEST_F(DigestChallenge, WhatIsWrongWithARegisterIsToldToWhomHasAuthenticated) {
  const auto broken = [&](const Lines& lines) {
    return replaced(alice.registers({}, lines), "From: <", "From: \"<");
  };
  const Packet refusal = answer_to(alice, broken({}));
  EXPECT_EQ(refusal.status(), 401);
  EXPECT_EQ(answer_to(alice, broken({credentials(refusal, "REGISTER", {})})).start_line(),
            "SIP/2.0 400 Bad From");
}

TEST_F(DigestChallenge, WhatIsNoRequestIsRefusedAtOnce) {
  EXPECT_EQ(answer_to(alice, replaced(alice.registers(), "SIP/2.0\r\n", "SIP/3.0\r\n")).status(), 505);
  EXPECT_EQ(answer_to(alice, replaced(alice.registers(), "REGISTER sip:", "REGISTER sip: ")).status(), 400);
  EXPECT_EQ(answer_to(alice, replaced(alice.registers(), "To: ", "To ")).status(), 400);
}

TEST_F(DigestChallenge, ANewPasswordCountsAtOnceAndTheOldOneNoMore) {
  is_registered(alice);
  edge.users().put({.name = "alice", .password = "changed"});
  EXPECT_EQ(registers_with(alice, Answer::of("alice")).status(), 401);
  Answer changed;
  changed.password = "changed";
  EXPECT_EQ(registers_with(alice, changed).status(), 200);
  edge.users().replace({{.name = "alice", .password = "ecila"}});
  EXPECT_EQ(registers_with(alice, changed).status(), 401);
  is_registered(alice);
}

}  // namespace
}  // namespace flowgate::test
