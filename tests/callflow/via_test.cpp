// How requests are matched to transactions by their top Via, and where responses go: RFC 3261 §17.2.3,
// §18.2.1, §18.2.2, RFC 3581.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class Via : public ::testing::Test {
 protected:
  Via() { bob.is_registered(); }
  // `text` with another top Via.
  static std::string with_via(const std::string& text, const std::string& via) {
    return replaced(text, Packet(text).header("Via"), via);
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:40001");
  Phone& bob = edge.udp("bob", "198.51.100.2:5060");
};

// RFC 3581 §4: "It MUST set the value of the received parameter [...] even if it is identical" and rport.
TEST_F(Via, WithRportIsAnsweredAtTheSource) {
  alice.sends(with_via(alice.opens("OPTIONS", "sip:example.com"),
                       "SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bK-1;alias"));
  const std::string via = alice.receives("SIP/2.0 200").header("Via");
  EXPECT_THAT(via, StartsWith("SIP/2.0/UDP 10.0.0.1:5060;"));
  EXPECT_EQ(param_of(via, "received"), "198.51.100.1");
  EXPECT_EQ(param_of(via, "rport"), "40001");
  EXPECT_EQ(param_of(via, "branch"), "z9hG4bK-1");
  EXPECT_THAT(via, HasSubstr(";alias"));
}

// RFC 3261 §18.2.1: received only where the sent-by differs.
TEST_F(Via, WithoutRportIsAnsweredAtThePortOfItsSentBy) {
  Phone& at_5062 = edge.udp("alice", "198.51.100.1:5062");
  alice.sends(
      with_via(alice.opens("OPTIONS", "sip:example.com"), "SIP/2.0/UDP 198.51.100.1:5062;branch=z9hG4bK-1"));
  alice.receives_nothing();
  EXPECT_EQ(at_5062.receives("SIP/2.0 200").header("Via"), "SIP/2.0/UDP 198.51.100.1:5062;branch=z9hG4bK-1");
}

TEST_F(Via, WithoutRportAndPortIsAnsweredAt5060) {
  Phone& at_5060 = edge.udp("alice", "198.51.100.1:5060");
  alice.sends(
      with_via(alice.opens("MESSAGE", "sip:bob@example.com"), "SIP/2.0/UDP 198.51.100.1;branch=z9hG4bK-1"));
  bob.sends(bob.answers(bob.receives("MESSAGE"), 200));
  at_5060.receives("SIP/2.0 200");
  alice.receives_nothing();
}

// Behind a NAT nothing but the source port leads back, whatever the client asked for.
TEST_F(Via, WithoutRportBehindANatIsAnsweredAtTheSource) {
  alice.sends(with_via(alice.opens("OPTIONS", "sip:example.com"),
                       "SIP/2.0/UDP client.example.org:5062;branch=z9hG4bK-1"));
  EXPECT_EQ(param_of(alice.receives("SIP/2.0 200").header("Via"), "received"), "198.51.100.1");
}

// §18.2.2: over the connection that the request came over.
TEST_F(Via, OfAStreamIsAnsweredOverItsConnection) {
  Phone& carol = edge.tcp("carol", "198.51.100.3:40003");
  carol.sends(
      with_via(carol.opens("MESSAGE", "sip:bob@example.com"), "SIP/2.0/TCP 10.0.0.3:5060;branch=z9hG4bK-1"));
  bob.sends(bob.answers(bob.receives("MESSAGE"), 200));
  EXPECT_EQ(carol.receives("SIP/2.0 200").header("Via"),
            "SIP/2.0/TCP 10.0.0.3:5060;branch=z9hG4bK-1;received=198.51.100.3");
}

// A client cannot have its answers sent to somebody else.
TEST_F(Via, CannotBringAReceivedOfItsOwn) {
  Phone& victim = edge.udp("victim", "198.51.100.66:5060");
  alice.sends(with_via(alice.opens("OPTIONS", "sip:example.com"),
                       "SIP/2.0/UDP 198.51.100.66;received=198.51.100.66;rport=5060;branch=z9hG4bK-1"));
  victim.receives_nothing();
  EXPECT_EQ(param_of(alice.receives("SIP/2.0 200").header("Via"), "received"), "198.51.100.1");
}

// §17.2.3: the branch, the sent-by and the method.
TEST_F(Via, TellsTransactionsOfTwoClientsApartByItsSentBy) {
  Phone& carol = edge.udp("carol", "198.51.100.3:5060");
  const std::string one = alice.opens("MESSAGE", "sip:bob@example.com");
  const std::string other = carol.opens("MESSAGE", "sip:bob@example.com");
  alice.sends(with_via(one, "SIP/2.0/UDP 198.51.100.1:40001;branch=z9hG4bK-same"));
  carol.sends(with_via(other, "SIP/2.0/UDP 198.51.100.3:5060;branch=z9hG4bK-same"));
  bob.receives("MESSAGE");
  bob.sends(bob.answers(bob.receives("MESSAGE"), 200));
  carol.receives("SIP/2.0 200");
  alice.receives_nothing();
}

class ViaOfRfc2543 : public Via, public ::testing::WithParamInterface<const char*> {
 protected:
  // The same top Via in each of its requests, as those clients have it.
  std::string from_old_client(const std::string& text) const {
    return with_via(text, "SIP/2.0/UDP 198.51.100.1:40001" + std::string(GetParam()));
  }
};
INSTANTIATE_TEST_SUITE_P(Branches, ViaOfRfc2543, ::testing::Values("", ";branch=1"),
                         [](const auto& info) { return *info.param != 0 ? "short" : "none"; });

// §17.2.3: without the cookie, by Request-URI, tags, Call-ID, CSeq and top Via.
TEST_P(ViaOfRfc2543, FindsTheTransactionOfARetransmissionCancelAndAck) {
  const std::string invite = from_old_client(alice.opens("INVITE", "sip:bob@example.com"));
  alice.sends(invite);
  alice.receives("SIP/2.0 100");
  const Packet received = bob.receives("INVITE");
  bob.sends(bob.answers(received, 180));
  alice.receives("SIP/2.0 180");
  alice.sends(invite);
  alice.receives("SIP/2.0 180");
  bob.receives_nothing();

  alice.sends(alice.cancels(invite));
  alice.receives("SIP/2.0 200");
  bob.sends(bob.answers(bob.receives("CANCEL"), 200));
  bob.sends(bob.answers(received, 487));
  bob.receives("ACK");
  alice.sends(alice.acknowledges(invite, alice.receives("SIP/2.0 487")));
  edge.passes(1min);
  alice.receives_nothing();
  bob.receives_nothing();
}

TEST_P(ViaOfRfc2543, TellsRequestsApartAllTheSame) {
  for (int i = 0; i < 2; ++i) {
    alice.sends(from_old_client(alice.opens("MESSAGE", "sip:bob@example.com")));
    bob.sends(bob.answers(bob.receives("MESSAGE"), 200));
    alice.receives("SIP/2.0 200");
  }
}

}  // namespace
}  // namespace flowgate::test
