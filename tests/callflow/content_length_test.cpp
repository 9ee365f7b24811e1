// What comes as a datagram may end with it; over a stream only Content-Length says where a message ends: RFC
// 3261 §18.3, §20.14.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class ContentLength : public ::testing::Test {
 protected:
  ContentLength() {
    alice.is_registered();
    bob.is_registered();
  }
  // Linphone's way of sending over UDP what has no body.
  static std::string without_length(std::string text) {
    const auto begin = text.find("Content-Length:");
    return text.erase(begin, text.find("\r\n", begin) + 2 - begin);
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& bob = edge.tcp("bob", "198.51.100.2:40002");
};

// §18.3: "The Content-Length header field MUST be used with stream oriented transports."
TEST_F(ContentLength, IsAddedToARequestThatGoesOverAStream) {
  alice.sends(without_length(alice.opens("MESSAGE", "sip:bob@example.com")));
  EXPECT_EQ(bob.receives("MESSAGE").all("Content-Length"), Lines{"0"});
}

TEST_F(ContentLength, IsThatOfTheBody) {
  alice.sends(without_length(alice.opens("MESSAGE", "sip:bob@example.com", {"Content-Type: text/plain"})) +
              "Hello");
  const Packet request = bob.receives("MESSAGE");
  EXPECT_EQ(request.all("Content-Length"), Lines{"5"});
  EXPECT_EQ(request.body(), "Hello");
}

TEST_F(ContentLength, IsAddedToAResponseThatGoesOverAStream) {
  bob.sends(bob.opens("MESSAGE", "sip:alice@example.com"));
  alice.sends(without_length(alice.answers(alice.receives("MESSAGE"), 200)));
  EXPECT_EQ(bob.receives("SIP/2.0 200").all("Content-Length"), Lines{"0"});
}

TEST_F(ContentLength, IsAddedToAnAckThatGoesOverAStream) {
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  alice.receives("SIP/2.0 100");
  bob.sends(bob.answers(bob.receives("INVITE"), 200));
  Dialog dialog = caller_side(alice.receives("SIP/2.0 200"));
  alice.sends(without_length(alice.within(dialog, "ACK")));
  EXPECT_EQ(bob.receives("ACK").all("Content-Length"), Lines{"0"});
}

TEST_F(ContentLength, IsNotAddedToOneThatIsThere) {
  alice.sends(replaced(alice.opens("MESSAGE", "sip:bob@example.com"), "Content-Length: 0", "l:  0"));
  const Packet request = bob.receives("MESSAGE");
  EXPECT_FALSE(request.has("Content-Length"));
  EXPECT_EQ(request.all("l"), Lines{"0"});
}

// §18.3: "If there are additional bytes in the transport packet beyond the end of the body, they MUST be
// discarded."
TEST_F(ContentLength, EndsTheBodyOfADatagram) {
  alice.sends(
      replaced(alice.opens("MESSAGE", "sip:bob@example.com"), "Content-Length: 0", "Content-Length: 2") +
      "Hello");
  EXPECT_EQ(bob.receives("MESSAGE").body(), "He");
}

// §18.3: "If the transport packet ends before the end of the message body, this is considered an error. If
// the message is a response, it MUST be discarded. If the message is a request, the element SHOULD generate a
// 400".
TEST_F(ContentLength, BeyondTheDatagramIs400) {
  alice.sends(
      replaced(alice.opens("MESSAGE", "sip:bob@example.com"), "Content-Length: 0", "Content-Length: 1"));
  alice.receives("SIP/2.0 400");
  bob.receives_nothing();
}

TEST_F(ContentLength, BeyondTheDatagramOfAResponseIsDiscarded) {
  bob.sends(bob.opens("MESSAGE", "sip:alice@example.com"));
  const Packet request = alice.receives("MESSAGE");
  alice.sends(replaced(alice.answers(request, 486), "Content-Length: 0", "Content-Length: 1"));
  bob.receives_nothing();
  alice.sends(alice.answers(request, 200));
  bob.receives("SIP/2.0 200");
}

}  // namespace
}  // namespace flowgate::test
