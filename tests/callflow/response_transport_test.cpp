// Where responses are taken from and sent to: RFC 3261 §18.1.2, §18.2.2.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class ResponseTransport : public ::testing::Test {
 protected:
  ResponseTransport() { bob.is_registered(); }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& bob = edge.tcp("bob", "198.51.100.2:40002");
};

// §18.1.2: "If the value of the "sent-by" parameter in that header field value does not correspond to a value
// that the client transport is configured to insert into requests, the response MUST be silently discarded."
TEST_F(ResponseTransport, TakesNoResponseWhoseSentByIsNotOurs) {
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  const std::string answer = bob.answers(bob.receives("MESSAGE"), 200);
  for (const char* other : {"203.0.113.2:5060", "203.0.113.1:5999", "edge.example.org:5060"}) {
    bob.sends(replaced(answer, "203.0.113.1:5060", other));
    alice.receives_nothing();
  }
  bob.sends(answer);
  alice.receives("SIP/2.0 200");
}

// §18.2.2: "If that connection is no longer open, the server SHOULD open a connection to the IP address in
// the "received" parameter, if present, using the port in the "sent-by" value, or the default port for that
// transport, if no port is specified."
TEST_F(ResponseTransport, OpensAConnectionToTheSentByWhenThatOfTheRequestIsGone) {
  Phone& peer = edge.tcp("peer", "198.51.100.9:40009");
  Phone& listening = edge.tcp("peer", "198.51.100.9:5070");
  const std::string request = peer.opens("MESSAGE", "sip:bob@example.com");
  peer.sends(replaced(request, "198.51.100.9:40009;branch", "198.51.100.9:5070;branch"));
  const Packet received = bob.receives("MESSAGE");
  edge.breaks(peer);
  bob.sends(bob.answers(received, 200));
  listening.receives("SIP/2.0 200");
}

}  // namespace
}  // namespace flowgate::test
