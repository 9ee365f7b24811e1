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

  Edge edge{{}, {}, {}, {}, {}, 3};
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& bob = edge.udp("bob", "198.51.100.2:5060");
};

TEST_F(OtherShard, ACancelFindsItsInvite) {
  const auto [invite, received] = calls();
  bob.sends(bob.answers(received, 180));
  alice.receives("SIP/2.0 180");
  alice.arrives_at(2);
  alice.sends(alice.cancels(invite));
  alice.receives("SIP/2.0 200");
  bob.sends(bob.answers(bob.receives("CANCEL"), 200));
  bob.sends(bob.answers(received, 487));
  bob.receives("ACK");
  alice.receives("SIP/2.0 487");
}

TEST_F(OtherShard, AnAckEndsTheRetransmissions) {
  const auto [invite, received] = calls();
  bob.sends(bob.answers(received, 486));
  bob.receives("ACK");
  const Packet busy = alice.receives("SIP/2.0 486");
  alice.arrives_at(1);
  alice.sends(alice.acknowledges(invite, busy));
  bob.receives_nothing();
  edge.passes(std::chrono::seconds(2));
  alice.receives_nothing();
}

TEST_F(OtherShard, AnInviteThatComesAgainIsNotForwardedAgain) {
  const auto [invite, received] = calls();
  bob.sends(bob.answers(received, 180));
  alice.receives("SIP/2.0 180");
  alice.arrives_at(1);
  alice.sends(invite);
  alice.receives("SIP/2.0 180");
  bob.receives_nothing();
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
