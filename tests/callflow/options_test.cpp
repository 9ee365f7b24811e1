// OPTIONS and other requests to flowgate itself, as to any UAS: RFC 3261 §8.2, §11.2.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class Options : public ::testing::Test {
 protected:
  Packet answer(std::string_view method, const Lines& lines = {}) {
    alice.sends(alice.opens(method, "sip:example.com", lines));
    return alice.receives("SIP/2.0");
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
};

// §8.2.2.3: "If a UAS does not understand an option-tag listed in a Require header field, it MUST respond by
// generating a response with status code 420 (Bad Extension). The UAS MUST add an Unsupported header field,
// and list in it those options it does not understand amongst those in the Require header field".
TEST_F(Options, WithAnUnknownRequireIs420) {
  const Packet refusal = answer("OPTIONS", {"Require: path, mind-reading", "Require: 100rel"});
  EXPECT_EQ(refusal.status(), 420);
  EXPECT_EQ(refusal.header("Unsupported"), "mind-reading, 100rel");
}

TEST_F(Options, WithAKnownRequireIsAnswered) {
  EXPECT_EQ(answer("OPTIONS", {"Require: path, Outbound"}).status(), 200);
}

// §11.2
TEST_F(Options, AreAnsweredWithWhatTheProxySupports) {
  const Packet capabilities = answer("OPTIONS");
  EXPECT_EQ(capabilities.status(), 200);
  EXPECT_EQ(capabilities.header("Supported"), "outbound, path, gruu");
  EXPECT_TRUE(capabilities.has("Accept"));
  EXPECT_TRUE(capabilities.has("Accept-Encoding"));
  EXPECT_TRUE(capabilities.has("Accept-Language"));
}

// §8.2.1: "If the UAS does not support the method, it MUST generate a 405 (Method Not Allowed) response" with
// an Allow header field.
TEST_F(Options, IsWhatTheProxyItselfMayBeAskedFor) {
  for (const std::string_view method : {"INVITE", "MESSAGE", "NEWMETHOD"}) {
    const Packet refusal = answer(method);
    EXPECT_EQ(refusal.status(), 405);
    EXPECT_EQ(refusal.header("Allow"), "OPTIONS, REGISTER");
  }
}

// §12.2.2, §15.1.2
TEST_F(Options, OfNoDialogThatTheProxyKnows) {
  for (const std::string_view method : {"BYE", "INFO", "INVITE"}) {
    alice.sends(replaced(alice.opens(method, "sip:example.com"), "To: <sip:example.com>",
                         "To: <sip:example.com>;tag=1"));
    alice.receives("SIP/2.0 481");
  }
}

// §20.22: OPTIONS with Max-Forwards 0 asks the proxy where its hops end, if that is the one it is sent to.
TEST_F(Options, NeedNoMoreHops) {
  alice.sends(replaced(alice.opens("OPTIONS", "sip:example.com"), "Max-Forwards: 70", "Max-Forwards: 0"));
  alice.receives("SIP/2.0 200");
}

}  // namespace
}  // namespace flowgate::test
