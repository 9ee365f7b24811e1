// Requests of one INVITE that come to different shards, as from another port or over another connection: RFC
// 3261 §17.2.3.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class OtherShard : public ::testing::Test {
 protected:
  OtherShard() { bob.is_registered(); }

  // The INVITE as alice has sent it, and as bob has it.
  std::pair<std::string, Packet> calls() {
    const std::string invite = alice.opens("INVITE", "sip:bob@example.com");
    alice.sends(invite);
    alice.receives("SIP/2.0 100");
    return {invite, bob.receives("INVITE")};
  }

  // The same, and bob rings.
  std::pair<std::string, Packet> rings() {
    auto call = calls();
    bob.sends(bob.answers(call.second, 180));
    alice.receives("SIP/2.0 180");
    return call;
  }
  // The same, and bob was busy.
  std::pair<std::string, Packet> is_refused() {
    const auto [invite, received] = calls();
    bob.sends(bob.answers(received, 486));
    bob.receives("ACK");
    return {invite, alice.receives("SIP/2.0 486")};
  }
  void bob_ends(const Packet& received) {
    bob.sends(bob.answers(bob.receives("CANCEL"), 200));
    bob.sends(bob.answers(received, 487));
    bob.receives("ACK");
  }

  Edge edge{{}, {}, {}, {}, {}, 3};
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& bob = edge.udp("bob", "198.51.100.2:5060");
};

TEST_F(OtherShard, ACancelFindsItsInvite) {
  const auto [invite, received] = rings();
  alice.arrives_at(2);
  alice.sends(alice.cancels(invite));
  alice.receives("SIP/2.0 200");
  bob_ends(received);
  alice.receives("SIP/2.0 487");
}

// RFC 3581 §4: "it MUST send the response to the port" that the request came from.
TEST_F(OtherShard, ACancelIsAnsweredWhereItComesFrom) {
  const auto [invite, received] = rings();
  Phone& moved = edge.udp("alice", "198.51.100.1:5070");
  moved.arrives_at(2);
  moved.sends(alice.cancels(invite));
  moved.receives("SIP/2.0 200");
  moved.receives_nothing();
  bob_ends(received);
  alice.receives("SIP/2.0 487");
}

TEST_F(OtherShard, ACancelMayComeOverAnotherConnection) {
  Phone& desk = edge.tcp("alice", "198.51.100.1:40001");
  Phone& again = edge.tcp("alice", "198.51.100.1:40002");
  const std::string invite = desk.opens("INVITE", "sip:bob@example.com");
  desk.sends(invite);
  desk.receives("SIP/2.0 100");
  const Packet received = bob.receives("INVITE");
  bob.sends(bob.answers(received, 180));
  desk.receives("SIP/2.0 180");
  again.arrives_at(1);
  again.sends(desk.cancels(invite));
  again.receives("SIP/2.0 200");
  bob_ends(received);
  const Packet cancelled = desk.receives("SIP/2.0 487");
  again.sends(desk.acknowledges(invite, cancelled));
  edge.passes(std::chrono::minutes(1));
  bob.receives_nothing();
  EXPECT_EQ(edge.core().transactions(), 0U);
}

TEST_F(OtherShard, ACancelThatComesAgainIsAnsweredAgain) {
  const auto [invite, received] = rings();
  for (const unsigned shard : {1U, 2U, 0U}) {
    alice.arrives_at(shard);
    alice.sends(alice.cancels(invite));
    alice.receives("SIP/2.0 200");
  }
  bob.receives("CANCEL");
  bob.receives_nothing();
}

TEST_F(OtherShard, AnAckEndsTheRetransmissions) {
  const auto [invite, busy] = is_refused();
  alice.arrives_at(1);
  alice.sends(alice.acknowledges(invite, busy));
  bob.receives_nothing();
  edge.passes(std::chrono::seconds(2));
  alice.receives_nothing();
}

TEST_F(OtherShard, AnInviteThatComesAgainIsNotForwardedAgain) {
  const auto [invite, received] = rings();
  alice.arrives_at(1);
  alice.sends(invite);
  alice.receives("SIP/2.0 180");
  bob.receives_nothing();
}

TEST_F(OtherShard, AnInviteThatComesAgainGetsItsRefusalAgain) {
  const auto [invite, busy] = is_refused();
  alice.arrives_at(2);
  alice.sends(invite);
  EXPECT_EQ(alice.receives("SIP/2.0 486").text(), busy.text());
  bob.receives_nothing();
}

// §13.2.2.4: it has a branch of its own, and no transaction anywhere.
TEST_F(OtherShard, AnAckForA2xxIsForwarded) {
  const auto [invite, received] = calls();
  bob.sends(bob.answers(received, 200));
  Dialog dialog = caller_side(alice.receives("SIP/2.0 200"));
  alice.arrives_at(1);
  alice.sends(alice.within(dialog, "ACK"));
  bob.receives("ACK");
  bob.receives_nothing();
}

// The transaction ended while the CANCEL was on its way between two shards.
TEST_F(OtherShard, WhatIsPassedOnInVainStaysThere) {
  std::string cancel = alice.cancels(alice.opens("INVITE", "sip:bob@example.com"));
  std::string text = cancel;
  const auto message = sip::Message::parse(text, {});
  ASSERT_TRUE(message);
  const auto via = sip::Via::parse(message->value(sip::Header::via));
  ASSERT_TRUE(via);
  edge.invites().claim(proxy::transaction_key(*message, *via, sip::Method::invite), 2);
  alice.arrives_at(1);
  alice.sends(cancel);
  alice.receives("SIP/2.0 481");
  alice.receives_nothing();
  EXPECT_EQ(edge.core(2).transactions(), 1U);
  EXPECT_EQ(edge.core(1).transactions(), 0U);
}

// When it is over the request is a new one.
TEST_F(OtherShard, AnInviteThatIsOverIsForgotten) {
  const auto [invite, received] = calls();
  bob.sends(bob.answers(received, 200));
  alice.receives("SIP/2.0 200");
  edge.passes(std::chrono::seconds(40));
  alice.arrives_at(1);
  alice.sends(alice.cancels(invite));
  alice.receives("SIP/2.0 481");
}

}  // namespace
}  // namespace flowgate::test
