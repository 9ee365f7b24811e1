// Requests in an early dialog: RFC 3262, RFC 3311. A proxy sends them along the Record-Route of the 1xx.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class EarlyDialog : public ::testing::Test {
 protected:
  EarlyDialog() {
    bob.is_registered();
    alice.sends(alice.opens("INVITE", "sip:bob@example.com", {"Require: 100rel"}));
    alice.receives("SIP/2.0 100");
    invite = bob.receives("INVITE");
    bob.sends(bob.answers(invite, 183, {"Require: 100rel", "RSeq: 1"}));
    progress = alice.receives("SIP/2.0 183");
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:40001");
  Phone& bob = edge.tcp("bob", "198.51.100.2:40002");
  Packet invite, progress;
};

TEST_F(EarlyDialog, CarriesPrackAndUpdateBothWays) {
  EXPECT_EQ(progress.header("RSeq"), "1");
  Dialog caller = caller_side(progress), callee = callee_side(invite, progress);
  alice.sends(alice.within(caller, "PRACK", {"RAck: 1 1 INVITE"}));
  const Packet prack = bob.receives("PRACK " + bob.contact());
  EXPECT_EQ(prack.header("RAck"), "1 1 INVITE");
  EXPECT_FALSE(prack.has("Route"));
  bob.sends(bob.answers(prack, 200));
  alice.receives("SIP/2.0 200");
  exchange(alice, caller, "UPDATE", bob);
  exchange(bob, callee, "UPDATE", alice);
}

// RFC 3262 §3: the UAS repeats its reliable 1xx until the PRACK; a proxy passes each on.
TEST_F(EarlyDialog, HasEachRepetitionOfAReliable1xx) {
  for (int i = 0; i < 3; ++i) {
    bob.sends(bob.answers(invite, 183, {"Require: 100rel", "RSeq: 1"}));
    alice.receives("SIP/2.0 183");
  }
}

// §15.1.1: a caller may end an early dialog with BYE.
TEST_F(EarlyDialog, MayEndWithABye) {
  Dialog caller = caller_side(progress);
  exchange(alice, caller, "BYE", bob);
  bob.sends(bob.answers(invite, 487));
  bob.receives("ACK");
  alice.receives("SIP/2.0 487");
}

}  // namespace
}  // namespace flowgate::test
