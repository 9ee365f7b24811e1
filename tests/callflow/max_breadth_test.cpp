// RFC 5393 §5.3: how many branches a request may have at a time.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class MaxBreadth : public ::testing::Test {
 protected:
  MaxBreadth() {
    for (Phone* bob : bobs) bob->is_registered();
  }
  std::size_t ringing() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(bobs, [](Phone* bob) { return bob->waiting() > 0; }));
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:40001");
  std::vector<Phone*> bobs = {&edge.tcp("bob", "198.51.100.2:40002"), &edge.tcp("bob", "198.51.100.3:40003"),
                              &edge.tcp("bob", "198.51.100.4:40004")};
};

// §5.3.3: "If a Max-Breadth header field value is not present in the request", 60 is put there; the branches'
// values add up to no more than that.
TEST_F(MaxBreadth, IsSharedByTheBranches) {
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  for (Phone* bob : bobs) EXPECT_EQ(bob->receives("INVITE").header("Max-Breadth"), "20");
}

TEST_F(MaxBreadth, IsKeptForASingleBranch) {
  Phone& carol = edge.tcp("carol", "198.51.100.5:40005");
  carol.is_registered();
  alice.sends(alice.opens("MESSAGE", "sip:carol@example.com", {"Max-Breadth: 7"}));
  EXPECT_EQ(carol.receives("MESSAGE").header("Max-Breadth"), "7");
}

// §5.3.3.1: a proxy "MAY instead [...] sequentially fork".
TEST_F(MaxBreadth, SerialisesWhatExceedsIt) {
  alice.sends(alice.opens("INVITE", "sip:bob@example.com", {"Max-Breadth: 2"}));
  alice.receives("SIP/2.0 100");
  ASSERT_EQ(ringing(), 2U);
  for (int round = 0; round < 2; ++round) {
    for (Phone* bob : bobs) {
      if (bob->waiting() == 0) continue;
      const Packet invite = bob->receives("INVITE");
      bob->sends(bob->answers(invite, 486));
      bob->receives("ACK");
    }
  }
  alice.receives("SIP/2.0 486");
  alice.receives_nothing();
}

// §5.3.3.1: what the other branch has is not for the next flow of an instance.
TEST_F(MaxBreadth, OfTheNextFlowIsWhatTheOtherBranchLeaves) {
  Phone& spare = edge.tcp("bob", "198.51.100.2:40012");
  spare.is_the_device_of(*bobs[0]);
  spare.is_registered(2);
  alice.sends(alice.opens("INVITE", "sip:bob@example.com", {"Max-Breadth: 9"}));
  for (Phone* bob : bobs) {
    const Packet invite = bob->receives("INVITE");
    EXPECT_EQ(invite.header("Max-Breadth"), "3");
    if (bob == bobs[0]) bob->sends(bob->answers(invite, 430));
  }
  EXPECT_EQ(spare.receives("INVITE").header("Max-Breadth"), "3");
}

// §5.3.3.2: "MUST reject the request with a 440 (Max-Breadth Exceeded)".
TEST_F(MaxBreadth, OfZeroIsAnswered440) {
  alice.sends(alice.opens("INVITE", "sip:bob@example.com", {"Max-Breadth: 0"}));
  alice.receives("SIP/2.0 100");
  alice.receives("SIP/2.0 440");
  EXPECT_EQ(ringing(), 0U);
}

// However many targets a request has, and however quickly they fail, it ends after so many branches.
TEST(MaxTargets, EndsTheSearchAfterSoManyBranches) {
  proxy::Settings settings;
  settings.max_targets = 2;
  Edge edge(settings);
  Phone& alice = edge.udp("alice", "198.51.100.1:40001");
  std::vector<Phone*> bobs;
  for (const std::string q : {"0.9", "0.5", "0.1"}) {
    Phone& bob = *bobs.emplace_back(&edge.tcp("bob", "198.51.100.2:4000" + q.substr(2)));
    bob.sends(bob.registers(bob.outbound_params(1) + ";q=" + q));
    bob.receives("SIP/2.0 200");
  }
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  alice.receives("SIP/2.0 100");
  for (Phone* bob : {bobs[0], bobs[1]}) bob->sends(bob->answers(bob->receives("INVITE"), 486));
  alice.receives("SIP/2.0 486");
  bobs[2]->receives_nothing();
}

}  // namespace
}  // namespace flowgate::test
