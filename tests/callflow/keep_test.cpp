// Who asks whether he may send keepalives: RFC 6223 §4.4.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class Keep : public ::testing::Test {
 protected:
  static std::string offering(const std::string& request, std::string_view keep = "keep") {
    return replaced(request, ";branch=", ";" + std::string(keep) + ";branch=");
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& bob = edge.udp("bob", "198.51.100.2:5060");
};

// "if the SIP entity is willing to receive keep-alives associated with the registration or with the dialog
// [...], then it MUST add a parameter value to the "keep" parameter before sending or forwarding the
// response." §5: "the [Flow-Timer] header field value and the "keep" parameter value MUST be identical."
TEST_F(Keep, IsAnsweredWithTheFlowTimerInTheViaOfARegistration) {
  alice.sends(offering(alice.registers(alice.outbound_params(1))));
  const Packet answer = alice.receives("SIP/2.0 200");
  EXPECT_EQ(param_of(answer.header("Via"), "keep"), "120");
  EXPECT_EQ(answer.header("Flow-Timer"), "120");
}

TEST_F(Keep, IsAnsweredAlikeInEveryResponseThatBeginsADialog) {
  bob.is_registered();
  alice.sends(offering(alice.opens("INVITE", "sip:bob@example.com")));
  EXPECT_EQ(param_of(alice.receives("SIP/2.0 100").header("Via"), "keep"), "120");
  bob.sends(bob.answers(bob.receives("INVITE"), 200));
  EXPECT_EQ(param_of(alice.receives("SIP/2.0 200").header("Via"), "keep"), "120");
}

// §4.2.3: "Once the usage of keep-alives associated with a dialog has been negotiated, it is not possible to
// re-negotiate"; a MESSAGE is no dialog, and a value is no question.
TEST_F(Keep, IsNotAnsweredWhereThereIsNothingToNegotiate) {
  bob.is_registered();
  alice.sends(offering(alice.opens("MESSAGE", "sip:bob@example.com")));
  bob.sends(bob.answers(bob.receives("MESSAGE"), 200));
  EXPECT_EQ(param_of(alice.receives("SIP/2.0 200").header("Via"), "keep"), "");
  alice.sends(offering(alice.registers(), "keep=7"));
  EXPECT_EQ(param_of(alice.receives("SIP/2.0 200").header("Via"), "keep"), "7");
}

}  // namespace
}  // namespace flowgate::test
