// What a proxy does not need may be malformed: RFC 3261 §16.3 (1): "Any other components, well-formed or not,
// SHOULD be ignored and remain unchanged when the message is forwarded."
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class Malformed : public ::testing::TestWithParam<const char*> {
 protected:
  Malformed() { bob.is_registered(); }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& bob = edge.tcp("bob", "198.51.100.2:40002");
};

class MalformedField : public Malformed {};

TEST_P(MalformedField, RemainsUnchangedInARequest) {
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com", {GetParam()}));
  EXPECT_THAT(bob.receives("MESSAGE").text(), HasSubstr("\r\n" + std::string(GetParam()) + "\r\n"));
}

TEST_P(MalformedField, RemainsUnchangedInAResponse) {
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  bob.sends(bob.answers(bob.receives("MESSAGE"), 200, {GetParam()}));
  EXPECT_THAT(alice.receives("SIP/2.0 200").text(), HasSubstr("\r\n" + std::string(GetParam()) + "\r\n"));
}

INSTANTIATE_TEST_SUITE_P(Fields, MalformedField,
                         ::testing::Values("Date: nonsense", "Expires: soon",
                                           "Content-Type:", "Require:", "Subject: \x80\xff",
                                           "X-Quoted: \"unterminated", "Record-Route: <", "Via: garbage"));

class DisplayName : public Malformed {};

TEST_P(DisplayName, NeedsNoQuotes) {
  const std::string from = std::string(GetParam()) + " <sip:alice@example.com>;tag=1";
  const std::string text = alice.opens("MESSAGE", "sip:bob@example.com");
  alice.sends(replaced(text, Packet(text).header("From"), from));
  const Packet request = bob.receives("MESSAGE");
  EXPECT_EQ(request.header("From"), from);
  bob.sends(bob.answers(request, 200));
  alice.receives("SIP/2.0 200");
}

INSTANTIATE_TEST_SUITE_P(Names, DisplayName,
                         ::testing::Values("J\xc3\xbcrgen", "Bob (work)", "bob@home", "\"Bob, \\\"B\\\"\"",
                                           "[1]", "\xd0\x91\xd0\xbe\xd0\xb1 1/2"));

}  // namespace
}  // namespace flowgate::test
