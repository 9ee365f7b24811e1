// Bindings whose flow is at another node that shares the location service: reached there, as one behind an
// edge is (RFC 3327 §5.4, RFC 5626 §5.3). The other node is at 203.0.113.2.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

const std::string kRoute = "<sip:token@203.0.113.2:5060;lr>";

class OtherNode : public ::testing::Test {
 protected:
  OtherNode() {
    bob.is_registered(1);
    edge.location().update(
        "bob@example.com",
        [](registrar::Record& record) {
          registrar::Binding& binding = record.bindings.at(0);
          binding.node = "sip:203.0.113.2";
          binding.route = kRoute;
        },
        [](auto) {});
  }
  std::vector<registrar::Binding> bindings() {
    std::vector<registrar::Binding> found;
    edge.location().lookup("bob@example.com", [&](const registrar::Record& record) {
      found.assign(record.bindings.begin(), record.bindings.end());
    });
    return found;
  }

  Edge edge;
  Phone& alice = edge.tcp("alice", "198.51.100.1:40001");
  Phone& bob = edge.tcp("bob", "198.51.100.2:40002");
  Phone& again = edge.tcp("bob", "198.51.100.2:40003");
  Phone& node = edge.udp("node", "203.0.113.2:5060");
};

TEST_F(OtherNode, ARequestGoesThereWithTheRouteOfTheBinding) {
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  const Packet invite = node.receives("INVITE " + bob.contact());
  EXPECT_EQ(invite.header("Route"), kRoute);
  EXPECT_EQ(invite.all("Record-Route").size(), 2U);
  bob.receives_nothing();
  node.sends(node.answers(invite, 180));
  alice.receives("SIP/2.0 100");
  alice.receives("SIP/2.0 180");
}

TEST_F(OtherNode, ACancelFollowsIt) {
  const std::string invite = alice.opens("INVITE", "sip:bob@example.com");
  alice.sends(invite);
  node.sends(node.answers(node.receives("INVITE"), 180));
  alice.sends(alice.cancels(invite));
  const Packet cancel = node.receives("CANCEL " + bob.contact());
  EXPECT_EQ(cancel.header("Route"), kRoute);
}

TEST_F(OtherNode, AGruuLeadsThereToo) {
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com;gr=" + bob.instance()));
  EXPECT_EQ(node.receives("MESSAGE " + bob.contact()).header("Route"), kRoute);
}

TEST_F(OtherNode, A430FromThereTakesTheBindingAndTheNextFlowIsTried) {
  again.is_the_device_of(bob);
  again.is_registered(2);
  edge.location().update(
      "bob@example.com", [](registrar::Record& record) { record.bindings.at(0).q_milli = 1000; },
      [](auto) {});
  edge.passes(std::chrono::seconds{1});
  edge.location().update(
      "bob@example.com", [this](registrar::Record& record) { record.bindings.at(0).updated = edge.now(); },
      [](auto) {});
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  node.sends(node.answers(node.receives("MESSAGE"), 430));
  again.sends(again.answers(again.receives("MESSAGE"), 200));
  alice.receives("SIP/2.0 200");
  ASSERT_EQ(bindings().size(), 1U);
  EXPECT_EQ(bindings().at(0).reg_id, 2U);
}

TEST_F(OtherNode, WhenAFlowOfThatAddressBreaksHereTheBindingStays) {
  edge.breaks(bob);
  EXPECT_EQ(bindings().size(), 1U);
}

TEST_F(OtherNode, ARegisterBringsTheBindingHere) {
  again.is_the_device_of(bob);
  again.is_registered(1);
  ASSERT_EQ(bindings().size(), 1U);
  EXPECT_EQ(bindings().at(0).node, "");
  EXPECT_EQ(bindings().at(0).route, "");
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  again.receives("MESSAGE " + again.contact());
}

// RFC 5630 §3.1.3: neither the flow nor the way there is over TLS.
TEST_F(OtherNode, ASipsRequestDoesNotGoThereWithoutTls) {
  alice.sends(alice.opens("MESSAGE", "sips:bob@example.com"));
  alice.receives("SIP/2.0 480");
  node.receives_nothing();
}

}  // namespace
}  // namespace flowgate::test
