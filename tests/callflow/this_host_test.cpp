// Where a request may be sent on to, when its target is not a flow.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class ThisHost : public ::testing::TestWithParam<const char*> {
 protected:
  Edge edge;
};

INSTANTIATE_TEST_SUITE_P(Addresses, ThisHost,
                         ::testing::Values("sip:root@127.0.0.1:22;transport=tcp", "sip:root@127.1.2.3",
                                           "sip:root@[::1]:25", "sip:root@0.0.0.0", "sip:all@224.0.0.1",
                                           "sip:all@255.255.255.255"));

// Nobody gets at what listens behind us through us, not even who is registered.
TEST_P(ThisHost, IsNoNextHopForAPhoneOutsideNorIsAMulticastGroup) {
  Phone& alice = edge.udp("alice", "198.51.100.1:40001");
  alice.is_registered();
  alice.sends(alice.opens("MESSAGE", GetParam()));
  alice.receives("SIP/2.0 500");
  EXPECT_EQ(edge.ladder().find(" --> 127."), std::string::npos);
}

TEST_F(ThisHost, IsANextHopForAPhoneOnIt) {
  Phone& alice = edge.udp("alice", "127.0.0.1:40001");
  Phone& other = edge.udp("other", "127.0.0.1:40002");
  alice.is_registered();
  alice.sends(alice.opens("MESSAGE", "sip:other@127.0.0.1:40002"));
  other.receives("MESSAGE");
}

}  // namespace
}  // namespace flowgate::test
