// RFC 5923: `alias` in our Via lets a peer send its requests to us back over the connection that we opened.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class ConnectionReuse : public ::testing::Test {
 protected:
  ConnectionReuse() { alice.is_registered(); }
  static bool has_alias(const Packet& request) { return request.all("Via").front().ends_with(";alias"); }

  Edge edge;
  Phone& alice = edge.tls("alice", "198.51.100.1:40001");
};

// §8.1: "The 'alias' header field parameter is included in a Via header field value to indicate that the
// client wants to create a transport layer alias. The client places its advertised address in the Via".
TEST_F(ConnectionReuse, IsOfferedToAPeerOverTls) {
  Phone& peer = edge.tls("peer", "198.51.100.9:5061");
  alice.sends(alice.opens("MESSAGE", "sip:dora@198.51.100.9;transport=tls"));
  const Packet request = peer.receives("MESSAGE");
  EXPECT_TRUE(has_alias(request)) << request.text();
  EXPECT_THAT(request.header("Via"), StartsWith("SIP/2.0/TLS 203.0.113.1:5061;branch="));
  peer.sends(peer.answers(request, 200));
  alice.receives("SIP/2.0 200");
}

TEST_F(ConnectionReuse, IsOfferedInEveryRequestOfADialog) {
  Phone& peer = edge.tls("peer", "198.51.100.9:5061");
  alice.sends(alice.opens("INVITE", "sip:dora@198.51.100.9;transport=tls"));
  alice.receives("SIP/2.0 100");
  const Packet invite = peer.receives("INVITE");
  EXPECT_TRUE(has_alias(invite)) << invite.text();
  peer.is_reached_at("sip:dora@198.51.100.9;transport=tls");
  peer.sends(peer.answers(invite, 200));
  Dialog dialog = caller_side(alice.receives("SIP/2.0 200"));
  alice.sends(alice.within(dialog, "ACK"));
  const Packet ack = peer.receives("ACK");
  EXPECT_TRUE(has_alias(ack)) << ack.text();
}

// RFC 3261 §9.1 and §17.1.1.3: the same Via as the INVITE's.
TEST_F(ConnectionReuse, IsInTheCancelAsInItsInvite) {
  Phone& peer = edge.tls("peer", "198.51.100.9:5061");
  const std::string call = alice.opens("INVITE", "sip:dora@198.51.100.9;transport=tls");
  alice.sends(call);
  alice.receives("SIP/2.0 100");
  const Packet invite = peer.receives("INVITE");
  peer.sends(peer.answers(invite, 180));
  alice.receives("SIP/2.0 180");
  alice.sends(alice.cancels(call));
  alice.receives("SIP/2.0 200");
  const Packet cancel = peer.receives("CANCEL");
  EXPECT_EQ(cancel.header("Via"), invite.all("Via").front());
  peer.sends(peer.answers(cancel, 200));
  peer.sends(peer.answers(invite, 487));
  EXPECT_EQ(peer.receives("ACK").header("Via"), invite.all("Via").front());
}

// §9.3: there is no identity to tie it to.
TEST_F(ConnectionReuse, IsNotOfferedOverTcpOrUdp) {
  Phone& over_tcp = edge.tcp("peer", "198.51.100.9:5060");
  alice.sends(alice.opens("MESSAGE", "sip:dora@198.51.100.9;transport=tcp"));
  EXPECT_FALSE(has_alias(over_tcp.receives("MESSAGE")));
  Phone& over_udp = edge.udp("peer", "198.51.100.10:5060");
  alice.sends(alice.opens("MESSAGE", "sip:dora@198.51.100.10"));
  EXPECT_FALSE(has_alias(over_udp.receives("MESSAGE")));
}

// §3: a UA, whose connections go one way, is reached over its flow by RFC 5626.
TEST_F(ConnectionReuse, IsNotOfferedToAUaDownItsFlow) {
  Phone& bob = edge.tls("bob", "198.51.100.2:40002");
  bob.is_registered();
  alice.sends(alice.opens("MESSAGE", bob.aor()));
  EXPECT_FALSE(has_alias(bob.receives("MESSAGE")));
}

}  // namespace
}  // namespace flowgate::test
