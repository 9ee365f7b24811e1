// ACK, which nobody answers, whatever becomes of it: RFC 3261 §13.2.2.4 and §17.2.1, RFC 6026 §7.1.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class Ack : public ::testing::Test {
 protected:
  Ack() {
    edge.resolves("example.net", "198.51.100.9:5060");
    alice.is_registered();
    bob.is_registered();
  }
  // alice's call has arrived at bob.
  Packet alice_calls() {
    invite = alice.opens("INVITE", "sip:bob@example.com");
    alice.sends(invite);
    alice.receives("SIP/2.0 100");
    return bob.receives("INVITE");
  }
  std::string ack(const std::string& uri, const Lines& lines = {}) { return alice.opens("ACK", uri, lines); }
  // How many messages the edge has sent, to anybody.
  std::size_t sent() const {
    std::size_t number = 0;
    for (auto at = edge.ladder().find("-->"); at != std::string::npos; at = edge.ladder().find("-->", at + 3))
      ++number;
    return number;
  }
  void goes_nowhere(Phone& sender, const std::string& text) {
    const std::size_t before = sent();
    sender.sends(text);
    EXPECT_EQ(sent(), before) << text << edge.ladder();
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& bob = edge.udp("bob", "198.51.100.2:5060");
  std::string invite;
};

// RFC 3261 §17.2.1: the server transaction waits for an ACK in the state "Completed" only.
TEST_F(Ack, ThatComesBeforeTheRefusalDoesNotSilenceIt) {
  const Packet received = alice_calls();
  bob.sends(bob.answers(received, 180));
  goes_nowhere(alice, alice.acknowledges(invite, alice.receives("SIP/2.0 180")));
  bob.sends(bob.answers(received, 486));
  bob.receives("ACK");
  alice.receives("SIP/2.0 486");
  edge.passes(500ms);
  const Packet again = alice.receives("SIP/2.0 486");
  alice.sends(alice.acknowledges(invite, again));
  edge.passes(1min);
  alice.receives_nothing();
}

// §17.2.1: "The purpose of the "Confirmed" state is to absorb any additional ACK messages that arrive". Timer
// I runs from the first.
TEST_F(Ack, OfARefusalMayComeAgain) {
  const Packet received = alice_calls();
  bob.sends(bob.answers(received, 486));
  bob.receives("ACK");
  const std::string text = alice.acknowledges(invite, alice.receives("SIP/2.0 486"));
  alice.sends(text);
  edge.passes(4900ms);
  goes_nowhere(alice, text);
  edge.passes(60s);
  EXPECT_EQ(edge.core().transactions(), 0U);
  bob.receives_nothing();
}

// RFC 6026 §7.1: "Any ACKs received from the network while in the "Accepted" state MUST be passed directly to
// the TU and not absorbed": also with the branch of its INVITE, which only the ACK for a refusal should have.
TEST_F(Ack, OfA2xxReachesTheUaThoughItHasTheBranchOfItsInvite) {
  const Packet received = alice_calls();
  bob.sends(bob.answers(received, 200));
  const Packet answer = alice.receives("SIP/2.0 200");
  alice.sends(alice.acknowledges(invite, answer));
  EXPECT_EQ(bob.receives("ACK " + bob.contact()).header("To"), answer.header("To"));
  alice.receives_nothing();
}

// §16.3 (1), (3)
TEST_F(Ack, ThatMayNotBeForwardedGoesNowhere) {
  const std::string text = ack("sip:bob@example.com");
  goes_nowhere(alice, replaced(text, "Max-Forwards: 70", "Max-Forwards: 0"));
  goes_nowhere(alice, replaced(text, "CSeq: 1 ACK", "CSeq: 1 INVITE"));
  goes_nowhere(alice, replaced(text, " SIP/2.0\r\n", " SIP/3.0\r\n"));
  alice.sends(text);
  bob.receives("ACK");
}

// RFC 5626 §5.3: "If the flow token has been tampered with".
TEST_F(Ack, WithATokenThatIsNotOursGoesNowhere) {
  std::string token;
  edge.tokens().mint(bob.flow(), Dialect::rfc, token);
  alice.sends(ack("sip:bob@10.0.0.2", {"Route: <sip:" + token + "@203.0.113.1;lr>"}));
  bob.receives("ACK sip:bob@10.0.0.2 ");
  token[20] = token[20] == 'A' ? 'B' : 'A';
  goes_nowhere(alice, ack("sip:bob@10.0.0.2", {"Route: <sip:" + token + "@203.0.113.1;lr>"}));
}

// It is a request for this host, which has called nobody.
TEST_F(Ack, ForThisHostGoesNowhere) {
  for (const char* uri : {"sip:203.0.113.1", "sip:alice@203.0.113.1:5060", "sip:example.com"})
    goes_nowhere(alice, ack(uri));
}

TEST_F(Ack, ForNobodyGoesNowhere) {
  for (const char* uri :
       {"sip:carol@example.com", "sip:carol@example.com;gr=urn:uuid:1", "tel:+358-555-1234567",
        "sip:dora@nowhere.example", "sip:dora@198.51.100.7;transport=tcp"}) {
    goes_nowhere(alice, ack(uri));
  }
}

// No open relay.
TEST_F(Ack, OfAStrangerGoesNowhereElse) {
  Phone& stranger = edge.udp("mallory", "198.51.100.66:5060");
  Phone& neighbour = edge.udp("neighbour", "198.51.100.9:5060");
  alice.sends(ack("sip:dora@example.net"));
  neighbour.receives("ACK sip:dora@example.net ");
  goes_nowhere(stranger, stranger.opens("ACK", "sip:dora@example.net"));
  goes_nowhere(stranger, stranger.opens("ACK", "sip:dora@198.51.100.9"));
}

// RFC 3263 §4.3 holds for it as for any request, but for what only a response could tell.
TEST_F(Ack, GoesToTheNextAddressWhenTheFirstCannotBeReached) {
  Phone& second = edge.tcp("second", "198.51.100.8:5060");
  edge.resolves("example.org", "198.51.100.7:5060");  // nobody listens there
  edge.resolves("example.org", "198.51.100.8:5060");
  alice.sends(ack("sip:dora@example.org;transport=tcp"));
  second.receives("ACK sip:dora@example.org;transport=tcp ");
  edge.breaks(second);
  goes_nowhere(alice, ack("sip:dora@example.org;transport=tcp"));
}

}  // namespace
}  // namespace flowgate::test
