// What is counted of requests and responses, for those who watch flowgate.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

using sip::Method;

class Traffic : public ::testing::Test {
 protected:
  std::uint64_t requests(Method method) const {
    return edge.core().traffic().requests.at(static_cast<std::size_t>(method));
  }
  std::uint64_t responses(int of_class) const {
    return edge.core().traffic().responses.at(static_cast<std::size_t>(of_class) - 1);
  }

  mutable Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:40001");
  Phone& bob = edge.udp("bob", "198.51.100.2:40002");
};

TEST_F(Traffic, OfACallIsWhatWasAskedAndWhatTheCallerWasAnswered) {
  alice.is_registered();
  bob.is_registered();
  EXPECT_EQ(requests(Method::register_), 2U);
  EXPECT_EQ(responses(2), 2U);

  EstablishedCall call = establish(alice, "sip:bob@example.com", bob);
  exchange(bob, call.callee, "BYE", alice);
  EXPECT_EQ(requests(Method::invite), 1U);
  EXPECT_EQ(requests(Method::ack), 1U);
  EXPECT_EQ(requests(Method::bye), 1U);
  EXPECT_EQ(responses(1), 1U);
  EXPECT_EQ(responses(2), 4U);
}

TEST_F(Traffic, RepetitionsAreNotCounted) {
  const std::string request = alice.registers();
  for (int i = 0; i < 3; ++i) alice.sends(request);
  for (int i = 0; i < 3; ++i) alice.receives("SIP/2.0 200");
  EXPECT_EQ(requests(Method::register_), 1U);
  EXPECT_EQ(responses(2), 1U);

  alice.forgets();
  bob.is_registered();
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  bob.sends(bob.answers(bob.receives("INVITE"), 486));
  edge.passes(10s);  // nobody acknowledges the 486: it is sent again
  EXPECT_GT(alice.waiting(), 2U);
  EXPECT_EQ(responses(4), 1U);
}

// RFC 6026 §7.1: the UAS repeats its 2xx until the ACK comes, and each is passed on.
TEST_F(Traffic, ARequestHasOneFinalResponse) {
  bob.is_registered();
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  const std::string answer = bob.answers(bob.receives("INVITE"), 200);
  for (int i = 0; i < 3; ++i) {
    bob.sends(answer);
    if (i == 0) alice.receives("SIP/2.0 100");
    alice.receives("SIP/2.0 200");
  }
  EXPECT_EQ(responses(2), 2U);  // the other one to his REGISTER
}

// RFC 4320 §4.1: the 100 that its timer gives.
TEST_F(Traffic, OfANonInviteThatTakesLongHasA100) {
  bob.is_registered();
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  bob.receives("MESSAGE");
  edge.passes(5s);
  EXPECT_EQ(responses(1), 1U);
}

TEST_F(Traffic, MethodsThatNobodyKnowsAreAllTheSame) {
  for (const char* method : {"FLOWGATE", "INVITED", "invite"})
    alice.sends(alice.opens(method, "sip:example.com"));
  EXPECT_EQ(requests(Method::other), 3U);
  EXPECT_EQ(requests(Method::invite), 0U);
  EXPECT_EQ(responses(4), 3U);
}

TEST_F(Traffic, WhatIsPassedToAnotherShardCountsThere) {
  Edge shards{{}, {}, {}, {}, {}, 2};
  Phone& carol = shards.udp("carol", "198.51.100.3:40003");
  const std::string invite = carol.opens("INVITE", "sip:dave@example.com");
  carol.sends(invite);
  carol.arrives_at(1);
  carol.sends(invite);
  carol.sends(carol.acknowledges(invite, carol.receives("SIP/2.0 480")));
  for (const Method method : {Method::invite, Method::ack}) {
    EXPECT_EQ(shards.core(0).traffic().requests.at(static_cast<std::size_t>(method)), 1U);
    EXPECT_EQ(shards.core(1).traffic().requests.at(static_cast<std::size_t>(method)), 0U);
  }
}

TEST_F(Traffic, WithoutATransactionCountsAsWell) {
  proxy::Settings settings;
  settings.max_transactions = 0;
  Edge full(settings);
  Phone& carol = full.udp("carol", "198.51.100.3:40003");
  carol.sends(carol.registers());
  carol.receives("SIP/2.0 503");
  EXPECT_EQ(full.core().traffic().requests.at(static_cast<std::size_t>(Method::register_)), 1U);
  EXPECT_EQ(full.core().traffic().responses.at(4), 1U);
}

}  // namespace
}  // namespace flowgate::test
