// maddr in a Request-URI: RFC 3261 §16.4, §16.5, §16.6 (7), RFC 3263 §4.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class Maddr : public ::testing::Test {
 protected:
  Maddr() {
    edge.resolves("example.net", "198.51.100.9:5060");
    alice.is_registered();
    bob.is_registered();
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& bob = edge.tcp("bob", "198.51.100.2:40002");
  Phone& host = edge.udp("host", "198.51.100.8:5060");
  Phone& neighbour = edge.udp("neighbour", "198.51.100.9:5060");  // the proxy of example.net
};

// RFC 3263 §4: "We define TARGET as the value of the maddr parameter of the URI, if present".
TEST_F(Maddr, IsTheNextHopBeforeTheHost) {
  alice.sends(alice.opens("MESSAGE", "sip:dora@198.51.100.8;maddr=198.51.100.9"));
  neighbour.receives("MESSAGE sip:dora@198.51.100.8;maddr=198.51.100.9 SIP/2.0");
  host.receives_nothing();
}

TEST_F(Maddr, OfAContactIsTheNextHopOfItsBinding) {
  Phone& carol = edge.udp("carol", "198.51.100.7:5060");
  carol.sends(replaced(carol.registers(), "<" + carol.contact() + ">",
                       "<sip:carol@198.51.100.7;maddr=198.51.100.9>"));
  carol.receives("SIP/2.0 200");
  alice.sends(alice.opens("MESSAGE", "sip:carol@example.com"));
  neighbour.receives("MESSAGE sip:carol@198.51.100.7;maddr=198.51.100.9 SIP/2.0");
  carol.receives_nothing();
}

// §16.4: "If the Request-URI has a maddr parameter with a value the proxy is responsible for, and the request
// was received using the port and transport indicated [...], the proxy MUST strip the maddr and any
// non-default port or transport parameter and continue processing as if those values had not been present in
// the request."
TEST_F(Maddr, ThatIsOursIsTakenAway) {
  alice.sends(alice.opens("MESSAGE", "sip:dora@example.net;maddr=203.0.113.1"));
  neighbour.receives("MESSAGE sip:dora@example.net SIP/2.0");
}

TEST_F(Maddr, ThatIsOursTakesPortAndTransportWithItAndNothingElse) {
  alice.sends(alice.opens("MESSAGE", "sip:dora:pw@example.net:5060;x=1;maddr=203.0.113.1;transport=udp;Y"));
  neighbour.receives("MESSAGE sip:dora:pw@example.net:5060;x=1;Y SIP/2.0");
}

TEST_F(Maddr, ThatIsOursIsTakenAwayFromAnIPv6AddressToo) {
  Phone& six = edge.udp("six", "[2001:db8::9]:5060");
  alice.sends(alice.opens("MESSAGE", "sip:dora@[2001:db8::9];maddr=203.0.113.1;x=1"));
  six.receives("MESSAGE sip:dora@[2001:db8::9];x=1 SIP/2.0");
}

TEST_F(Maddr, ThatIsOursLeavesAnAorAnAor) {
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com;maddr=203.0.113.1"));
  bob.receives("MESSAGE " + bob.contact());
}

// §16.5: "If the Request-URI of the request contains an maddr parameter, the Request-URI MUST be placed into
// the target set as the only target URI".
TEST_F(Maddr, ThatIsNotOursIsTheOnlyTarget) {
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com;maddr=198.51.100.9"));
  neighbour.receives("MESSAGE sip:bob@example.com;maddr=198.51.100.9 SIP/2.0");
  bob.receives_nothing();
}

TEST_F(Maddr, IsNoWayElsewhereForStrangers) {
  Phone& mallory = edge.udp("mallory", "198.51.100.66:5060");
  mallory.sends(mallory.opens("MESSAGE", "sip:bob@example.com;maddr=198.51.100.9"));
  neighbour.receives_nothing();
  EXPECT_GE(mallory.receives("SIP/2.0 4").status(), 400);
}

}  // namespace
}  // namespace flowgate::test
