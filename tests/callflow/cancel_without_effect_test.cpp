// CANCELs that change nothing: RFC 3261 §9.2, §16.3 and §16.10.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class CancelWithoutEffect : public ::testing::Test {
 protected:
  CancelWithoutEffect() { bob.is_registered(); }
  // alice's call rings at bob.
  void rings() {
    invite = alice.opens("INVITE", "sip:bob@example.com");
    alice.sends(invite);
    alice.receives("SIP/2.0 100");
    received = bob.receives("INVITE");
    bob.sends(bob.answers(received, 180));
    alice.receives("SIP/2.0 180");
  }

  Edge edge;
  Phone& alice = edge.tcp("alice", "198.51.100.1:40001");
  Phone& bob = edge.tcp("bob", "198.51.100.2:40002");
  std::string invite;
  Packet received;
};

// §9.2: "If it has already sent a final response for the original request, the CANCEL request has no effect
// on the processing of the original request"; and "Regardless of the method of the original request, as long
// as the CANCEL matched an existing transaction, the UAS answers the CANCEL request itself with a 200 (OK)".
TEST_F(CancelWithoutEffect, IsThatOfAnInviteThatWasRefusedHere) {
  Phone& carol = edge.udp("carol", "198.51.100.3:5060");
  const std::string text = carol.opens("INVITE", "sip:nobody@example.com");
  carol.sends(text);
  const Packet refusal = carol.receives("SIP/2.0 480");
  carol.sends(carol.cancels(text));
  EXPECT_EQ(carol.receives("SIP/2.0 200").header("CSeq"), "1 CANCEL");
  carol.sends(text);
  EXPECT_EQ(carol.receives("SIP/2.0 480").text(), refusal.text());
}

// A request that never got as far as a response context.
TEST_F(CancelWithoutEffect, IsThatOfAnInviteThatWasMalformed) {
  Phone& carol = edge.udp("carol", "198.51.100.3:5060");
  const std::string good = carol.opens("INVITE", "sip:bob@example.com");
  carol.sends(replaced(good, "INVITE sip:bob@example.com ", "INVITE sip:bob@example.com:99999 "));
  carol.receives("SIP/2.0 400");
  carol.sends(carol.cancels(good));
  carol.receives("SIP/2.0 200");
  bob.receives_nothing();
}

// Over a stream the first CANCEL's transaction is over with its 200: the second is another one.
TEST_F(CancelWithoutEffect, IsTheSecondOfTwo) {
  rings();
  for (int time = 0; time < 2; ++time) {
    alice.sends(alice.cancels(invite));
    alice.receives("SIP/2.0 200");
  }
  bob.sends(bob.answers(bob.receives("CANCEL"), 200));
  bob.receives_nothing();
  bob.sends(bob.answers(received, 487));
  alice.receives("SIP/2.0 487");
}

// §16.3 (1)
TEST_F(CancelWithoutEffect, IsAMalformedOneAndIsAnswered400) {
  rings();
  alice.sends(replaced(alice.cancels(invite), "CSeq: 1 CANCEL", "CSeq: 1 INVITE"));
  EXPECT_EQ(alice.receives("SIP/2.0 400").start_line(), "SIP/2.0 400 CSeq Method Does Not Match");
  bob.receives_nothing();
  alice.sends(alice.cancels(invite));
  alice.receives("SIP/2.0 200");
  bob.receives("CANCEL");
}

}  // namespace
}  // namespace flowgate::test
