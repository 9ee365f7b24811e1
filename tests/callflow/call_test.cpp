// A call between two registered phones, from INVITE to BYE, and what may come in between.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class Call : public ::testing::TestWithParam<Protocol> {
 protected:
  Edge edge;
  Phone& alice = edge.phone(GetParam(), "alice", "198.51.100.1:40001");
  Phone& bob = edge.phone(GetParam(), "bob", "198.51.100.2:40002");
};

INSTANTIATE_TEST_SUITE_P(Transports, Call,
                         ::testing::Values(Protocol::udp, Protocol::tcp, Protocol::tls, Protocol::ws,
                                           Protocol::wss),
                         [](const auto& info) { return std::string(uri_name(info.param)); });

TEST_P(Call, RunsFromInviteToByeOverTheFlowsThatWereRegistered) {
  alice.is_registered();
  bob.is_registered();

  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  alice.receives("SIP/2.0 100");
  const Packet invite = bob.receives("INVITE " + bob.contact());
  EXPECT_EQ(invite.header("Max-Forwards"), "69");
  ASSERT_EQ(invite.all("Record-Route").size(), 2U);
  bob.sends(bob.answers(invite, 180));
  alice.receives("SIP/2.0 180");
  bob.sends(bob.answers(invite, 200));
  const Packet answer = alice.receives("SIP/2.0 200");
  EXPECT_EQ(answer.all("Via").size(), 1U);

  Dialog to_bob = caller_side(answer), to_alice = callee_side(invite, answer);
  alice.sends(alice.within(to_bob, "ACK"));
  const Packet ack = bob.receives("ACK " + bob.contact());
  EXPECT_FALSE(ack.has("Route"));

  bob.sends(bob.within(to_alice, "BYE"));
  const Packet bye = alice.receives("BYE " + alice.contact());
  EXPECT_FALSE(bye.has("Route"));
  alice.sends(alice.answers(bye, 200));
  bob.receives("SIP/2.0 200");

  edge.passes(5min);
  EXPECT_EQ(edge.core().transactions(), 0U);
}

TEST_P(Call, EndsByTheCallerToo) {
  alice.is_registered();
  bob.is_registered();
  EstablishedCall call = establish(alice, "sip:bob@example.com", bob);
  exchange(alice, call.caller, "BYE", bob);
}

TEST_P(Call, IsCancelledWhileItRings) {
  bob.is_registered();
  const std::string invite_text = alice.opens("INVITE", "sip:bob@example.com");
  alice.sends(invite_text);
  alice.receives("SIP/2.0 100");
  const Packet invite = bob.receives("INVITE");
  bob.sends(bob.answers(invite, 180));
  alice.receives("SIP/2.0 180");

  alice.sends(alice.cancels(invite_text));
  alice.receives("SIP/2.0 200");
  const Packet cancel = bob.receives("CANCEL " + bob.contact());
  EXPECT_EQ(cancel.all("Via"), std::vector<std::string>{invite.header("Via")});
  bob.sends(bob.answers(cancel, 200));
  bob.sends(bob.answers(invite, 487));
  bob.receives("ACK " + bob.contact());
  alice.sends(alice.acknowledges(invite_text, alice.receives("SIP/2.0 487")));
  bob.receives_nothing();
  alice.receives_nothing();
  edge.passes(5min);
  EXPECT_EQ(edge.core().transactions(), 0U);
}

}  // namespace
}  // namespace flowgate::test
