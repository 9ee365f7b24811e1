// A shard whose transaction table is full.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class FullTable : public ::testing::Test {
 protected:
  static proxy::Settings two_transactions() {
    proxy::Settings settings;
    settings.max_transactions = 2;
    return settings;
  }
  Edge edge{two_transactions()};
  Phone& alice = edge.tcp("alice", "198.51.100.1:40001");
  Phone& bob = edge.tcp("bob", "198.51.100.2:40002");
};

// §21.5.4: 503 with Retry-After.
TEST_F(FullTable, TurnsFurtherRequestsAway) {
  bob.is_registered();
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  const Packet message = bob.receives("MESSAGE");
  const std::string second = alice.opens("MESSAGE", "sip:bob@example.com");
  alice.sends(second);
  const Packet refusal = alice.receives("SIP/2.0 503");
  EXPECT_NE(refusal.header("Retry-After"), "");
  bob.receives_nothing();
  bob.sends(bob.answers(message, 200));
  alice.receives("SIP/2.0 200");
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  bob.receives("MESSAGE");
}

// Over UDP an answer is kept to be given again; where there is no room, it is given up once its client has
// had time to ask for it five times.
TEST_F(FullTable, GivesUpAnswersThatAreOld) {
  Phone& carol = edge.udp("carol", "198.51.100.3:40003");
  const auto asks = [&](std::string_view status) {
    carol.sends(carol.opens("OPTIONS", "sip:example.com"));
    carol.receives(status);
  };
  const std::string first = carol.opens("OPTIONS", "sip:example.com");
  carol.sends(first);
  carol.receives("SIP/2.0 200");
  edge.passes(2s);
  asks("SIP/2.0 200");
  asks("SIP/2.0 503");
  edge.passes(5999ms);
  asks("SIP/2.0 503");
  edge.passes(1ms);
  asks("SIP/2.0 200");
  asks("SIP/2.0 503");
  edge.passes(2s);
  asks("SIP/2.0 200");
  EXPECT_EQ(edge.core().transactions(), 2U);
}

// A CANCEL makes room: it is carried out all the same.
TEST_F(FullTable, StillCancels) {
  bob.is_registered();
  const std::string invite = alice.opens("INVITE", "sip:bob@example.com");
  alice.sends(invite);
  alice.receives("SIP/2.0 100");
  bob.sends(bob.answers(bob.receives("INVITE"), 180));
  alice.receives("SIP/2.0 180");
  alice.sends(alice.cancels(invite));
  alice.receives("SIP/2.0 200");
  bob.receives("CANCEL");
}

// Few transactions with long messages fill a table, too; and nothing is left on the account when they are
// gone.
TEST(FullTableOfOctets, TurnsFurtherRequestsAwayUntilThereIsRoom) {
  proxy::Settings settings;
  settings.max_transaction_octets = 8000;
  Edge edge(settings);
  Phone& alice = edge.tcp("alice", "198.51.100.1:40001");
  Phone& bob = edge.tcp("bob", "198.51.100.2:40002");
  bob.is_registered();
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com", {"Subject: " + std::string(5000, 'x')}));
  const Packet message = bob.receives("MESSAGE");
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  alice.receives("SIP/2.0 503");
  bob.sends(bob.answers(message, 200));
  alice.receives("SIP/2.0 200");
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  bob.sends(bob.answers(bob.receives("MESSAGE"), 200));
  alice.receives("SIP/2.0 200");
  edge.passes(5min);
  EXPECT_EQ(edge.core().transactions(), 0U);
  EXPECT_EQ(edge.core().transaction_octets(), 0U);
}

}  // namespace
}  // namespace flowgate::test
