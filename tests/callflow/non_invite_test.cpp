// Requests that are no INVITE, and need an answer before their sender gives up: RFC 4320, RFC 3261 §16.7.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class NonInvite : public ::testing::Test {
 protected:
  NonInvite() { bob.is_registered(); }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& bob = edge.tcp("bob", "198.51.100.2:40002");
};

// RFC 4320 §4.2: "A transaction-stateful SIP element MUST NOT send a response with Status-Code of 408 to a
// non-INVITE request."
TEST_F(NonInvite, IsNeverAnswered408) {
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  bob.sends(bob.answers(bob.receives("MESSAGE"), 408));
  alice.receives_nothing();
  edge.passes(33s);
  for (; alice.waiting() > 0;) EXPECT_EQ(alice.receives("SIP/2.0 100").status(), 100);
  EXPECT_EQ(edge.core().transactions(), 0U);
}

TEST_F(NonInvite, HasAnyOtherAnswerFor408) {
  Phone& cell = edge.tcp("bob", "198.51.100.3:40003");
  cell.is_registered();
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  bob.sends(bob.answers(bob.receives("MESSAGE"), 408));
  cell.sends(cell.answers(cell.receives("MESSAGE"), 486));
  alice.receives("SIP/2.0 486");
}

// RFC 4320 §4.2: no late responses.
TEST_F(NonInvite, ThatHasEndedTakesNoLateAnswer) {
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  const Packet message = bob.receives("MESSAGE");
  edge.passes(33s);
  alice.forgets();
  bob.sends(bob.answers(message, 200));
  alice.receives_nothing();
}

// §16.7 (5): of the 2xx to anything but an INVITE, the first.
TEST_F(NonInvite, IsAnsweredOnce) {
  Phone& cell = edge.tcp("bob", "198.51.100.3:40003");
  cell.is_registered();
  alice.sends(alice.opens("SUBSCRIBE", "sip:bob@example.com", {"Event: presence"}));
  bob.sends(bob.answers(bob.receives("SUBSCRIBE"), 200));
  cell.sends(cell.answers(cell.receives("SUBSCRIBE"), 200));
  alice.receives("SIP/2.0 200");
  alice.receives_nothing();
  bob.receives_nothing();  // nothing but an INVITE is cancelled
}

// RFC 6665 §4.4.1: each branch of a SUBSCRIBE may make a dialog with its NOTIFY.
TEST_F(NonInvite, OfEachBranchMayBeFollowedByANotify) {
  Phone& cell = edge.tcp("bob", "198.51.100.3:40003");
  cell.is_registered();
  alice.sends(alice.opens("SUBSCRIBE", "sip:bob@example.com", {"Event: presence"}));
  for (Phone* notifier : {&bob, &cell}) {
    const Packet subscribe = notifier->receives("SUBSCRIBE");
    const std::string answer = notifier->answers(subscribe, 200);
    Dialog dialog = callee_side(subscribe, Packet(answer));
    notifier->sends(notifier->within(dialog, "NOTIFY", {"Event: presence", "Subscription-State: active"}));
    alice.sends(alice.answers(alice.receives("NOTIFY " + alice.contact()), 200));
    notifier->receives("SIP/2.0 200");
  }
}

// A method that nobody has heard of is a request like any other (§16: "method agnostic").
TEST_F(NonInvite, OfAnUnknownMethodIsForwarded) {
  alice.sends(alice.opens("NEWMETHOD", "sip:bob@example.com"));
  const Packet request = bob.receives("NEWMETHOD");
  bob.sends(replaced(bob.answers(request, 200), "NEWMETHOD", "OTHER"));
  bob.sends(bob.answers(request, 200));
  alice.receives("SIP/2.0 200");
  alice.receives_nothing();
}

}  // namespace
}  // namespace flowgate::test
