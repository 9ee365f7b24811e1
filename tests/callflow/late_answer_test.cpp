// A 2xx that comes when the INVITE has had another answer: RFC 3261 §16.7 (5): "After a final response has
// been sent on the server transaction, the following responses MUST be forwarded immediately: - Any 2xx
// response to an INVITE request". Whoever took the call would else wait for its ACK in vain.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class LateAnswer : public ::testing::Test {
 protected:
  LateAnswer() {
    backup.is_the_device_of(primary);
    backup.is_registered(2);
    primary.is_registered(1);
    request = alice.opens("INVITE", "sip:bob@example.com");
    alice.sends(request);
    alice.receives("SIP/2.0 100");
    at_primary = primary.receives("INVITE");
    edge.passes(6s);
    primary.forgets();
    at_backup = backup.receives("INVITE");
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& primary = edge.udp("bob", "198.51.100.2:5060");
  Phone& backup = edge.udp("bob", "198.51.100.3:5060");
  std::string request;
  Packet at_primary, at_backup;
};

TEST_F(LateAnswer, OfAFlowThatWasSilentPassesBehindARefusal) {
  backup.sends(backup.answers(at_backup, 486));
  alice.receives("SIP/2.0 486");
  primary.sends(primary.answers(at_primary, 200));
  alice.receives("SIP/2.0 200");
}

TEST_F(LateAnswer, PassesBehindARefusalThatWasAcknowledged) {
  backup.sends(backup.answers(at_backup, 486));
  alice.sends(alice.acknowledges(request, alice.receives("SIP/2.0 486")));
  primary.sends(primary.answers(at_primary, 200));
  alice.receives("SIP/2.0 200");
}

TEST_F(LateAnswer, PassesBehindAnother2xx) {
  backup.sends(backup.answers(at_backup, 200));
  alice.receives("SIP/2.0 200");
  primary.sends(primary.answers(at_primary, 200));
  alice.receives("SIP/2.0 200");
}

// Any other late response is nobody's business any more.
TEST_F(LateAnswer, ThatIsNo2xxIsNotPassedOn) {
  backup.sends(backup.answers(at_backup, 486));
  alice.sends(alice.acknowledges(request, alice.receives("SIP/2.0 486")));
  primary.sends(primary.answers(at_primary, 180));
  primary.sends(primary.answers(at_primary, 603));
  alice.receives_nothing();
}

}  // namespace
}  // namespace flowgate::test
