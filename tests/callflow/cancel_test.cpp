// CANCEL and what it races with: RFC 3261 §9, §16.10, RFC 3326.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class Cancel : public ::testing::Test {
 protected:
  Cancel() {
    bob.is_registered();
    desk.is_registered();
  }
  // alice's INVITE, taken by the phone that `aor` leads to.
  Packet rings(Phone& callee) {
    invite = alice.opens("INVITE", callee.aor());
    alice.sends(invite);
    alice.receives("SIP/2.0 100");
    return callee.receives("INVITE");
  }
  static std::string with(const std::string& request, const std::string& line) {
    return replaced(request, "Content-Length:", line + "\r\nContent-Length:");
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& bob = edge.udp("bob", "198.51.100.2:5060");
  Phone& desk = edge.tcp("carol", "198.51.100.3:40003");
  std::string invite;
};

// §9.2: "the To tag of the response to the CANCEL and the To tag in the response to the original request
// SHOULD be the same."
TEST_F(Cancel, IsAnsweredWithTheTagOfTheInvite) {
  rings(bob);
  alice.sends(alice.cancels(invite));
  const std::string to = alice.receives("SIP/2.0 200").header("To");
  edge.passes(33s);
  EXPECT_EQ(alice.receives("SIP/2.0 487").header("To"), to);
}

TEST_F(Cancel, ThatMatchesNothingIs481) {
  alice.sends(alice.cancels(alice.opens("INVITE", "sip:bob@example.com")));
  alice.receives("SIP/2.0 481");
  bob.receives_nothing();
}

TEST_F(Cancel, ThatMeetsTheAnswerChangesNothing) {
  const Packet request = rings(bob);
  bob.sends(bob.answers(request, 200));
  alice.receives("SIP/2.0 200");
  alice.sends(alice.cancels(invite));
  alice.receives("SIP/2.0 200");
  alice.receives_nothing();
  bob.receives_nothing();
}

// §9.1: "If no provisional response has been received, the CANCEL request MUST NOT be sent; rather, the
// client MUST wait for the arrival of a provisional response". A 2xx comes through all the same.
TEST_F(Cancel, WaitsForAProvisionalResponse) {
  const Packet request = rings(bob);
  alice.sends(alice.cancels(invite));
  alice.receives("SIP/2.0 200");
  bob.receives_nothing();
  bob.sends(bob.answers(request, 200));
  alice.receives("SIP/2.0 200");
  bob.receives_nothing();
}

// §9.1: Request-URI, Call-ID, To, the number of CSeq and From are those of the INVITE, the only Via is its
// topmost.
TEST_F(Cancel, IsMadeOfTheInviteThatItCancels) {
  const Packet request = rings(desk);
  desk.sends(desk.answers(request, 180));
  alice.receives("SIP/2.0 180");
  alice.sends(alice.cancels(invite));
  alice.receives("SIP/2.0 200");
  const Packet cancel = desk.receives("CANCEL");
  EXPECT_EQ(cancel.request_uri(), request.request_uri());
  EXPECT_EQ(cancel.all("Via"), Lines{request.header("Via")});
  for (const char* name : {"From", "To", "Call-ID"}) EXPECT_EQ(cancel.header(name), request.header(name));
  EXPECT_EQ(cancel.header("CSeq"), "1 CANCEL");
  EXPECT_FALSE(cancel.has("Require"));
}

// §8.2.2.3, §16.3 (5): neither Require nor Proxy-Require stands in the way of a CANCEL.
TEST_F(Cancel, IsNotRefusedForWhatItRequires) {
  const Packet request = rings(desk);
  desk.sends(desk.answers(request, 180));
  alice.receives("SIP/2.0 180");
  alice.sends(with(alice.cancels(invite), "Proxy-Require: mind-reading\r\nRequire: mind-reading"));
  alice.receives("SIP/2.0 200");
  desk.receives("CANCEL");
}

// RFC 3326 §1: whether a phone shows a call as missed hangs on it.
TEST_F(Cancel, HandsOnTheReason) {
  const Packet request = rings(desk);
  desk.sends(desk.answers(request, 180));
  alice.receives("SIP/2.0 180");
  alice.sends(with(alice.cancels(invite), "Reason: SIP;cause=200;text=\"Call completed elsewhere\""));
  alice.receives("SIP/2.0 200");
  EXPECT_EQ(desk.receives("CANCEL").header("Reason"), "SIP;cause=200;text=\"Call completed elsewhere\"");
}

// RFC 3326 §3.1
TEST_F(Cancel, OfTheOtherBranchesSaysThatTheCallWasCompletedElsewhere) {
  Phone& cell = edge.tcp("carol", "198.51.100.4:40004");
  cell.is_registered();
  const Packet request = rings(desk);
  desk.sends(desk.answers(request, 180));
  cell.sends(cell.answers(cell.receives("INVITE"), 200));
  EXPECT_THAT(desk.receives("CANCEL").header("Reason"), StartsWith("SIP;cause=200"));
}

TEST_F(Cancel, InTheSameSegmentAsItsInviteEndsIt) {
  Phone& dora = edge.tcp("dora", "198.51.100.5:40005");
  const std::string text = dora.opens("INVITE", "sip:carol@example.com");
  dora.sends(text);
  dora.sends(dora.cancels(text));
  dora.receives("SIP/2.0 100");
  dora.receives("SIP/2.0 200");
  const Packet request = desk.receives("INVITE");
  desk.sends(desk.answers(request, 100));
  desk.sends(desk.answers(desk.receives("CANCEL"), 200));
  desk.sends(desk.answers(request, 487));
  desk.receives("ACK");
  dora.receives("SIP/2.0 487");
}

}  // namespace
}  // namespace flowgate::test
