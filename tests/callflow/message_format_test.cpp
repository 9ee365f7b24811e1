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

// §10.3 (5): "If the address-of-record is not valid for the domain in the Request-URI, the registrar MUST
// send a 404 (Not Found) response".
TEST_F(MessageFormat, ARegisterIsForTheDomainOfItsTo) {
  edge.also_serves("example.net");
  const std::string text = alice.opens("REGISTER", "sip:example.com", {"Contact: <" + alice.contact() + ">"});
  const auto of = [](std::string_view to) { return "To: <sip:alice@" + std::string(to) + ">"; };
  alice.sends(replaced(text, "To: <sip:example.com>", of("example.net")));
  alice.receives("SIP/2.0 404");
  alice.sends(replaced(
      replaced(alice.opens("REGISTER", "sip:example.net"), "To: <sip:example.net>", of("example.net")),
      "CSeq: 1", "CSeq: 2"));
  alice.receives("SIP/2.0 200");
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

}  // namespace
}  // namespace flowgate::test
