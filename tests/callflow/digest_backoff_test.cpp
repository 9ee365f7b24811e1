// Those who guess have to wait; those who know need not.
#include "callflow/digest.h"
#include "callflow/registrar_alone.h"

namespace flowgate::test {
namespace {

struct DigestBackoff : ::testing::Test {
  DigestEdge edge;
  Phone& alice = edge.udp("alice", "192.0.2.1:5060");
  Phone& eve = edge.udp("alice", "198.51.100.66:5060");

  static int guess(Phone& phone, const std::string& user) {
    Answer answer;
    answer.username = user;
    answer.password = "guess";
    return registers_with(phone, answer).status();
  }
};

TEST_F(DigestBackoff, OneWrongTryHurtsNobody) {
  EXPECT_EQ(guess(alice, "alice"), 401);
  is_registered(alice);
}

TEST_F(DigestBackoff, WhoGuessesAUsersPasswordIsToldToRetryLater) {
  int tries = 0;
  while (guess(eve, "alice") == 401) ASSERT_LT(++tries, 10);
  EXPECT_EQ(tries, 6);
  // Whatever he says: the right password is not to be told from a wrong one.
  const Packet refusal = registers_with(eve, {});
  EXPECT_EQ(refusal.status(), 503);
  EXPECT_EQ(refusal.header("Retry-After"), "1");
  edge.passes(1s);
  EXPECT_EQ(guess(eve, "alice"), 401);
  EXPECT_EQ(registers_with(eve, {}).header("Retry-After"), "2");
}

TEST_F(DigestBackoff, ANameThatIsNobodysIsTreatedAlike) {
  int tries = 0;
  while (guess(eve, "nobody") == 401) ASSERT_LT(++tries, 10);
  EXPECT_EQ(tries, 6);
}

TEST_F(DigestBackoff, NobodyLocksAUserOutOfHisOwnAddress) {
  is_registered(alice);
  for (int i = 0; i < 10; ++i) guess(eve, "alice");
  is_registered(alice);
}

TEST_F(DigestBackoff, APhoneWithAnOldPasswordDoesNotLockOutItsNeighbours) {
  Phone& neighbour = edge.udp("bob", "192.0.2.1:5062");
  is_registered(alice);
  for (int i = 0; i < 60; ++i) {
    guess(neighbour, "bob");
    edge.passes(20s);
  }
  EXPECT_EQ(guess(neighbour, "carol"), 503);
  is_registered(alice);
}

TEST_F(DigestBackoff, AUserWhoMovesWaitsForHalfAMinuteAtMost) {
  for (int i = 0; i < 30; ++i) {
    guess(eve, "alice");
    edge.passes(31s);
  }
  for (int i = 0; i < 3; ++i) guess(eve, "alice");
  edge.passes(30s);
  is_registered(alice);
}

TEST_F(DigestBackoff, WhoTriesManyNamesWaitsToo) {
  int tries = 0;
  while (guess(eve, "user" + std::to_string(tries)) == 401) ASSERT_LT(++tries, 40);
  EXPECT_EQ(tries, 21);
  is_registered(alice);
}

// Behind an edge, the neighbours of who guesses are not hurt.
TEST(DigestBackoffBehindEdge, CountsWhomTheEdgeNames) {
  digest::Options options = digest_options();
  options.behind_edges = true;
  DigestEdge edge(registrar_alone(), options);
  Phone& proxy = edge.udp("alice", "192.0.2.10:5060");
  const auto registers = [&](const std::string& received, const Answer& answer) {
    const Lines via = {"Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK-x;received=" + received};
    proxy.sends(proxy.registers({}, via));
    const Packet refusal = proxy.receives("SIP/2.0 401");
    proxy.sends(proxy.registers({}, {via[0], credentials(refusal, "REGISTER", answer)}));
    return proxy.receives("SIP/2.0").status();
  };
  for (int i = 0; i < 30; ++i) {
    Answer guess = Answer::of("user" + std::to_string(i));
    registers("198.51.100.66", guess);
  }
  EXPECT_EQ(registers("198.51.100.66", Answer::of("alice")), 503);
  EXPECT_EQ(registers("198.51.100.67", Answer::of("alice")), 200);
}

}  // namespace
}  // namespace flowgate::test
