// Parties that are bound to no flow: when the connection that a dialog was begun over is gone, its requests
// go where their Request-URI says (RFC 3261 §16.6 (7), §18), and to no other host.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class AtContact : public ::testing::Test {
 protected:
  // bob, a plain phone, is called where his Contact says that he listens.
  EstablishedCall calls_bob() {
    bob.sends(replaced(bob.registers(), bob.contact(), connection.contact()));
    bob.receives("SIP/2.0 200");
    return establish(alice, "sip:bob@example.com", connection);
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& bob = edge.udp("bob", "198.51.100.2:5060");
  Phone& connection = edge.tcp("bob", "198.51.100.2:5060");
  Phone& gateway = edge.tcp("gateway", "198.51.100.3:40003");
};

TEST_F(AtContact, TheCalleeIsReachedOverANewConnection) {
  EstablishedCall call = calls_bob();
  edge.breaks(connection);
  Phone& again = edge.tcp("bob", "198.51.100.2:5060");
  alice.sends(alice.within(call.caller, "BYE"));
  again.sends(again.answers(again.receives("BYE"), 200));
  alice.receives("SIP/2.0 200");
}

TEST_F(AtContact, TheCalleeIsReachedSoWhenTheRequestFindsTheConnectionBroken) {
  EstablishedCall call = calls_bob();
  edge.breaks_unseen(connection);
  Phone& again = edge.tcp("bob", "198.51.100.2:5060");
  alice.sends(alice.within(call.caller, "BYE"));
  again.receives("BYE");
}

TEST_F(AtContact, TheAckGoesThereToo) {
  EstablishedCall call = calls_bob();
  edge.breaks(connection);
  Phone& again = edge.tcp("bob", "198.51.100.2:5060");
  alice.sends(alice.within(call.caller, "ACK"));
  again.receives("ACK");
}

TEST_F(AtContact, TheCallerIsReachedOverANewConnection) {
  bob.is_registered();
  EstablishedCall call = establish(gateway, "sip:bob@example.com", bob);
  edge.breaks(gateway);
  Phone& again = edge.tcp("gateway", "198.51.100.3:40003");
  bob.sends(bob.within(call.callee, "BYE"));
  again.receives("BYE");
}

// RFC 5626 §4.3, §5.3.1: "ob" says that only the flow will do.
TEST_F(AtContact, IsNobodyWhoKeepsToTheFlow) {
  bob.is_registered();
  gateway.is_reached_at(gateway.contact() + ";ob");
  EstablishedCall call = establish(gateway, "sip:bob@example.com", bob);
  edge.breaks(gateway);
  Phone& again = edge.tcp("gateway", "198.51.100.3:40003");
  bob.sends(bob.within(call.callee, "BYE"));
  bob.receives("SIP/2.0 430");
  again.receives_nothing();
}

// Nor whose sent-by is not where he is: there is a NAT, through which nobody gets.
TEST_F(AtContact, IsNobodyBehindANat) {
  bob.is_registered();
  const std::string invite = gateway.opens("INVITE", "sip:bob@example.com");
  gateway.sends(replaced(invite, "TCP 198.51.100.3:40003", "TCP 10.0.0.3:40003"));
  gateway.receives("SIP/2.0 100");
  const Packet received = bob.receives("INVITE");
  const std::string answer = bob.answers(received, 200);
  bob.sends(answer);
  Dialog callee = callee_side(received, Packet{answer});
  edge.breaks(gateway);
  Phone& again = edge.tcp("gateway", "198.51.100.3:40003");
  bob.sends(bob.within(callee, "BYE"));
  bob.receives("SIP/2.0 430");
  again.receives_nothing();
}

// No open relay: a token leads to its own host, whatever the Request-URI says.
TEST_F(AtContact, IsNoOtherHost) {
  EstablishedCall call = calls_bob();
  edge.breaks(connection);
  alice.sends(alice.within(call.caller, "BYE", {}, "sip:gateway@198.51.100.3:40003;transport=tcp"));
  alice.receives("SIP/2.0 430");
  gateway.receives_nothing();
}

}  // namespace
}  // namespace flowgate::test
