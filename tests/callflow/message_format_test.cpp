// What a message looks like when it is forwarded: RFC 3261 §7; and when it does not fit a datagram.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class MessageFormat : public ::testing::Test {
 protected:
  MessageFormat() {
    alice.is_registered();
    bob.is_registered();
  }
  static std::string with_lone_lfs(std::string text) {
    std::erase(text, '\r');
    return text;
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& bob = edge.udp("bob", "198.51.100.2:5060");
};

// §7.1: "The SIP-Version string is case-insensitive, but implementations MUST send upper-case."
TEST_F(MessageFormat, TheVersionIsUpperCase) {
  alice.sends(replaced(alice.opens("MESSAGE", "sip:bob@example.com"), "SIP/2.0\r\n", "sip/2.0\r\n"));
  const Packet message = bob.receives("MESSAGE");
  EXPECT_TRUE(message.start_line().ends_with(" SIP/2.0"));
  bob.sends(replaced(bob.answers(message, 200), "SIP/2.0 200", "Sip/2.0 200"));
  alice.receives("SIP/2.0 200");
}

TEST_F(MessageFormat, AResponseOfAnotherVersionIsNone) {
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  alice.receives("SIP/2.0 100");
  const Packet invite = bob.receives("INVITE");
  bob.sends(replaced(bob.answers(invite, 180), "SIP/2.0 180", "SIP/9.9 180"));
  alice.receives_nothing();
  bob.sends(bob.answers(invite, 180));
  alice.receives("SIP/2.0 180");
}

// §7: each line ends in CRLF.
TEST_F(MessageFormat, LinesThatCameWithALoneLfLeaveWithACrLf) {
  alice.sends(with_lone_lfs(alice.opens("MESSAGE", "sip:bob@example.com")));
  const Packet message = bob.receives("MESSAGE");
  EXPECT_EQ(message.header("Max-Forwards"), "69");
  for (std::size_t lf = message.text().find('\n'); lf != std::string::npos;
       lf = message.text().find('\n', lf + 1))
    EXPECT_EQ(message.text().at(lf - 1), '\r');
  bob.sends(with_lone_lfs(bob.answers(message, 200)));
  const Packet answer = alice.receives("SIP/2.0 200");
  EXPECT_TRUE(answer.text().ends_with("\r\n\r\n"));
}

// §18.4, §21.5.14: nobody waits for what no datagram can hold.
TEST_F(MessageFormat, WhatDoesNotFitADatagramIs513) {
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com", {"X-Padding: " + std::string(1000, 'x')}));
  bob.receives("MESSAGE");
  const std::string text = alice.opens("MESSAGE", "sip:bob@example.com", {"Content-Type: text/plain"});
  const std::size_t octets = 65'400 - text.size();
  alice.sends(replaced(text, "Content-Length: 0", "Content-Length: " + std::to_string(octets)) +
              std::string(octets, 'x'));
  alice.receives("SIP/2.0 513");
  bob.receives_nothing();
}

// The same for what we say ourselves: here the list of all bindings.
TEST_F(MessageFormat, AnAnswerThatDoesNotFitADatagramIs513) {
  constexpr int fit = 15, too_many = 17;
  int status = 0;
  for (int i = 1; i <= too_many; ++i) {
    const std::string uri = "sip:bob@198.51.100.2;n=" + std::to_string(i) + ";x=" + std::string(4000, 'x');
    bob.sends(replaced(bob.opens("REGISTER", "sip:example.com", {"Contact: <" + uri + ">"}),
                       "To: <sip:example.com>", "To: <sip:bob@example.com>"));
    status = bob.receives("SIP/2.0").status();
    if (i <= fit) {
      EXPECT_EQ(status, 200);
    }
  }
  EXPECT_EQ(status, 513);
}

}  // namespace
}  // namespace flowgate::test
