// A location service that may not hold more, and Contacts that are longer than anybody's.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class FullLocation : public ::testing::Test {
 protected:
  static registrar::Options two_bindings() {
    registrar::Options options;
    options.max_all_bindings = 2;
    return options;
  }
  Edge edge{{}, two_bindings()};
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& bob = edge.udp("bob", "198.51.100.2:5060");
  Phone& carol = edge.udp("carol", "198.51.100.3:5060");
};

// §21.5.4: 503 with Retry-After. Those who are there stay, are refreshed, and may go.
TEST_F(FullLocation, TurnsFurtherBindingsAway) {
  alice.is_registered();
  bob.is_registered();
  carol.sends(carol.registers());
  EXPECT_NE(carol.receives("SIP/2.0 503").header("Retry-After"), "");
  alice.is_registered();
  alice.sends(alice.registers());  // a second one, without outbound
  alice.receives("SIP/2.0 503");
  bob.sends(bob.registers(bob.outbound_params(1), {"Expires: 0"}));
  bob.receives("SIP/2.0 200");
  carol.is_registered();
}

TEST_F(FullLocation, KeepsNoContactOfManyOctets) {
  alice.sends(alice.registers(";x=" + std::string(4096, 'x')));
  EXPECT_EQ(alice.receives("SIP/2.0 400").start_line(), "SIP/2.0 400 Contact Too Long");
  alice.sends(alice.registers(";x=" + std::string(4000, 'x')));
  alice.receives("SIP/2.0 200");
}

TEST_F(FullLocation, KeepsNoPathOfManyOctets) {
  const std::string path = "Path: <sip:" + std::string(2000, 'x') + "@192.0.2.7;lr>";
  alice.sends(alice.registers({}, {path, path, path}));
  EXPECT_EQ(alice.receives("SIP/2.0 400").start_line(), "SIP/2.0 400 Path Too Long");
}

}  // namespace
}  // namespace flowgate::test
