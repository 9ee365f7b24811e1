// Loops and spirals, by the branches that the forwarder makes.
#include "tests/unit/proxy/forwarding.h"

namespace flowgate::proxy {
namespace {

using LoopDetection = ForwarderTest;

// A request with what decides where it goes, and the Vias of those who sent it on before.
struct Hop {
  std::string uri = "sip:bob@example.com";
  std::string vias = "Via: SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK1\n";
  std::string routes = "";
  std::string cseq = "1";
  Parsed parsed() const {
    return Parsed{"INVITE " + uri + " SIP/2.0\n" + vias + routes +
                  "From: <sip:alice@example.com>;tag=1\nTo: <sip:bob@example.com>\nCall-ID: 1\nCSeq: " +
                  cseq + " INVITE\n\n"};
  }
};

std::string via_of(const Branch& branch) {
  return "Via: SIP/2.0/UDP 192.0.2.1:5060;rport=1;branch=" + branch.text() + "\n";
}

TEST_F(LoopDetection, ABranchNamesTheShardAndIsNewEachTime) {
  const Branch one = forwarder.make_branch(Hop{}.parsed().get());
  const Branch two = forwarder.make_branch(Hop{}.parsed().get());
  EXPECT_EQ(one.shard, 3);
  EXPECT_NE(one.id, two.id);
  EXPECT_EQ(one.loop_hash, two.loop_hash);
}

TEST_F(LoopDetection, ARequestThatComesBackAsItLeftIsALoop) {
  Hop hop;
  EXPECT_FALSE(forwarder.is_loop(hop.parsed().get()));
  const Branch branch = forwarder.make_branch(hop.parsed().get());
  hop.vias = via_of(branch) + hop.vias;
  EXPECT_TRUE(forwarder.is_loop(hop.parsed().get()));
  // Others may stand in between, on the same line or not.
  hop.vias =
      "Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKx, SIP/2.0/TCP 203.0.113.8;branch=z9hG4bKfgx\n" + hop.vias;
  EXPECT_TRUE(forwarder.is_loop(hop.parsed().get()));
}

// RFC 5393 §4.2.1: "A spiral [...] is not an error condition": what decides where it goes has changed.
TEST_F(LoopDetection, ARequestThatComesBackWithAnotherRequestUriIsASpiralAndNotALoop) {
  Hop hop;
  hop.vias = via_of(forwarder.make_branch(hop.parsed().get())) + hop.vias;
  hop.uri = "sip:carol@example.com";
  EXPECT_FALSE(forwarder.is_loop(hop.parsed().get()));
  hop.vias = via_of(forwarder.make_branch(hop.parsed().get())) + hop.vias;
  EXPECT_TRUE(forwarder.is_loop(hop.parsed().get()));
  hop.uri = "sip:bob@example.com";  // back at the first
  EXPECT_TRUE(forwarder.is_loop(hop.parsed().get()));
}

TEST_F(LoopDetection, ARequestThatComesBackWithAnotherRouteIsASpiralAndNotALoop) {
  Hop hop;
  hop.routes = "Route: <sip:192.0.2.1;lr>, <sip:a@b;lr>\n";
  hop.vias = via_of(forwarder.make_branch(hop.parsed().get())) + hop.vias;
  EXPECT_TRUE(forwarder.is_loop(hop.parsed().get()));
  hop.routes = "Route: <sip:a@b;lr>\n";
  EXPECT_FALSE(forwarder.is_loop(hop.parsed().get()));
}

TEST_F(LoopDetection, AnotherRequestOfTheSameCallIsNoLoop) {
  Hop hop;
  hop.vias = via_of(forwarder.make_branch(hop.parsed().get())) + hop.vias;
  hop.cseq = "2";
  EXPECT_FALSE(forwarder.is_loop(hop.parsed().get()));
}

// RFC 3261 §16.3 (4)
TEST_F(LoopDetection, TheViaOfAnotherHostIsNoLoopWhateverItsBranch) {
  Hop hop;
  const Branch branch = forwarder.make_branch(hop.parsed().get());
  hop.vias = "Via: SIP/2.0/UDP 192.0.2.2:5060;branch=" + branch.text() + "\n" + hop.vias;
  EXPECT_FALSE(forwarder.is_loop(hop.parsed().get()));
}

TEST_F(LoopDetection, AViaThatOnlyLooksLikeOursIsNoLoop) {
  Hop hop;
  Branch forged = forwarder.make_branch(hop.parsed().get());
  forged.loop_hash ^= 1;
  hop.vias = via_of(forged) + "Via: SIP/2.0/UDP z9hG4bKfg\nVia: z9hG4bKfg\n" + hop.vias;
  EXPECT_FALSE(forwarder.is_loop(hop.parsed().get()));
}

}  // namespace
}  // namespace flowgate::proxy
