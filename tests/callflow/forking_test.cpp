// One request, several targets: RFC 3261 §16.6 to §16.10.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class Forking : public ::testing::Test {
 protected:
  // An instance of bob, with a flow of its own.
  Phone& instance(int number, std::string_view q = {}) {
    Phone& phone = edge.tcp("bob", "198.51.100." + std::to_string(10 + number) + ":40000");
    phone.sends(phone.registers(phone.outbound_params(1) + std::string(q)));
    phone.receives("SIP/2.0 200");
    return phone;
  }
  void alice_calls() {
    invite = alice.opens("INVITE", "sip:bob@example.com");
    alice.sends(invite);
    alice.receives("SIP/2.0 100");
  }
  // The phone rings; alice hears it.
  Packet rings(Phone& phone) {
    const Packet received = phone.receives("INVITE " + phone.contact());
    phone.sends(phone.answers(received, 180));
    alice.receives("SIP/2.0 180");
    return received;
  }
  // The phone is told to stop, and does.
  void is_cancelled(Phone& phone, const Packet& received) {
    const Packet cancel = phone.receives("CANCEL " + phone.contact());
    EXPECT_EQ(cancel.all("Via"), std::vector<std::string>{received.header("Via")});
    phone.sends(phone.answers(cancel, 200));
    phone.sends(phone.answers(received, 487));
    phone.receives("ACK");
    phone.receives_nothing();
  }
  // The phone refuses, in the usual way.
  void refuses(Phone& phone, const Packet& received, int status, const Lines& lines = {}) {
    phone.sends(phone.answers(received, status, lines));
    phone.receives("ACK " + phone.contact());
  }
  void nothing_is_left() {
    edge.passes(10min);
    EXPECT_EQ(edge.core().transactions(), 0U);
  }

  Edge edge;
  Phone& alice = edge.tcp("alice", "198.51.100.1:40001");
  std::string invite;
};

TEST_F(Forking, IsParallelAmongInstances) {
  Phone &desk = instance(1), &mobile = instance(2);
  alice_calls();
  const Packet at_desk = rings(desk), at_mobile = rings(mobile);
  EXPECT_NE(at_desk.header("Via"), at_mobile.header("Via"));  // each branch has a branch of its own
  EXPECT_EQ(at_desk.header("Call-ID"), at_mobile.header("Call-ID"));
}

// §16.7 (10): "any pending client transactions" are cancelled when a 2xx was forwarded.
TEST_F(Forking, EndsWithThe2xxAndTheOthersAreCancelled) {
  Phone &desk = instance(1), &mobile = instance(2), &soft = instance(3);
  alice_calls();
  const Packet at_desk = rings(desk), at_mobile = rings(mobile), at_soft = rings(soft);
  mobile.sends(mobile.answers(at_mobile, 200));
  alice.receives("SIP/2.0 200");
  is_cancelled(desk, at_desk);
  is_cancelled(soft, at_soft);
  mobile.receives_nothing();
  alice.receives_nothing();
  nothing_is_left();
}

// §16.7 (5): "any 2xx response to an INVITE" is forwarded, also after the first.
TEST_F(Forking, PassesALate2xxOn) {
  Phone &desk = instance(1), &mobile = instance(2);
  alice_calls();
  const Packet at_desk = rings(desk), at_mobile = rings(mobile);
  desk.sends(desk.answers(at_desk, 200));
  mobile.sends(mobile.answers(at_mobile, 200));
  const std::string first = alice.receives("SIP/2.0 200").header("To");
  const std::string second = alice.receives("SIP/2.0 200").header("To");
  EXPECT_NE(first, second);
}

// §16.6: "serial by q": "a proxy [...] can process the set [...] in order from highest to lowest".
TEST_F(Forking, IsSerialByQ) {
  Phone &low = instance(1, ";q=0.3"), &high = instance(2, ";q=0.7"), &high_too = instance(3, ";q=0.7");
  alice_calls();
  const Packet at_high = rings(high), at_high_too = rings(high_too);
  low.receives_nothing();
  refuses(high, at_high, 486);
  low.receives_nothing();
  refuses(high_too, at_high_too, 480);
  const Packet at_low = rings(low);
  low.sends(low.answers(at_low, 200));
  alice.receives("SIP/2.0 200");
}

TEST_F(Forking, GoesOnToTheNextQWhenNobodyAnswersInTime) {
  Phone &low = instance(1, ";q=0.3"), &high = instance(2);
  alice_calls();
  high.receives("INVITE");
  edge.passes(31'999ms);
  low.receives_nothing();
  edge.passes(1ms);
  low.sends(low.answers(low.receives("INVITE"), 200));
  alice.receives("SIP/2.0 200");
}

TEST_F(Forking, IsBusyWhenAllAreBusy) {
  Phone &desk = instance(1), &mobile = instance(2);
  alice_calls();
  const Packet at_desk = rings(desk), at_mobile = rings(mobile);
  refuses(desk, at_desk, 486);
  alice.receives_nothing();
  refuses(mobile, at_mobile, 486);
  alice.sends(alice.acknowledges(invite, alice.receives("SIP/2.0 486")));
  desk.receives_nothing();
  nothing_is_left();
}

// §16.7 (5): with a 6xx "no new branches"; the others are cancelled, and it wins.
TEST_F(Forking, EndsWithA6xx) {
  Phone &desk = instance(1), &mobile = instance(2), &later = instance(3, ";q=0.1");
  alice_calls();
  const Packet at_desk = rings(desk), at_mobile = rings(mobile);
  refuses(desk, at_desk, 603);
  is_cancelled(mobile, at_mobile);
  alice.receives("SIP/2.0 603");
  later.receives_nothing();
  alice.receives_nothing();
}

TEST_F(Forking, StillTakesA2xxThatMeetsTheCancelOfA6xx) {
  Phone &desk = instance(1), &mobile = instance(2);
  alice_calls();
  const Packet at_desk = rings(desk), at_mobile = rings(mobile);
  refuses(desk, at_desk, 603);
  mobile.receives("CANCEL");
  mobile.sends(mobile.answers(at_mobile, 200));
  alice.receives("SIP/2.0 200");
}

// §9.1: "If no provisional response has been received, the CANCEL request MUST NOT be sent".
TEST_F(Forking, IsCancelledWithTheFirstProvisionalResponse) {
  Phone &desk = instance(1), &mobile = instance(2);
  alice_calls();
  const Packet at_desk = desk.receives("INVITE"), at_mobile = rings(mobile);
  alice.sends(alice.cancels(invite));
  alice.receives("SIP/2.0 200");
  is_cancelled(mobile, at_mobile);
  desk.receives_nothing();
  alice.receives_nothing();
  desk.sends(desk.answers(at_desk, 100));
  is_cancelled(desk, at_desk);
  alice.receives("SIP/2.0 487");
}

TEST_F(Forking, IsCancelledThoughNobodyEverAnswers) {
  instance(1).forgets();
  alice_calls();
  alice.sends(alice.cancels(invite));
  alice.receives("SIP/2.0 200");
  edge.passes(32s);
  alice.sends(alice.acknowledges(invite, alice.receives("SIP/2.0 487")));
  nothing_is_left();
}

// §9.2: "If the UAS did not find a matching transaction [...] 481".
TEST_F(Forking, HasNothingToCancelBeforeItsInvite) {
  instance(1);
  alice.sends(alice.cancels(alice.opens("INVITE", "sip:bob@example.com")));
  alice.receives("SIP/2.0 481");
}

// §16.8: Timer C, started again by each provisional response but 100 (§16.7 (2)).
TEST_F(Forking, IsGivenUpWhenTimerCFires) {
  Phone& desk = instance(1);
  alice_calls();
  const Packet at_desk = rings(desk);
  edge.passes(2min);
  desk.sends(desk.answers(at_desk, 183));
  alice.receives("SIP/2.0 183");
  edge.passes(3min);  // "Timer C MUST be set to fire [...] larger than 3 minutes"
  desk.receives_nothing();
  edge.passes(5s);
  is_cancelled(desk, at_desk);
  alice.sends(alice.acknowledges(invite, alice.receives("SIP/2.0 487")));
  nothing_is_left();
}

TEST_F(Forking, IsGivenUpThoughTheUaNeverAnswersTheCancel) {
  Phone& desk = instance(1);
  alice_calls();
  rings(desk);
  edge.passes(185s);
  desk.receives("CANCEL");
  alice.receives_nothing();
  edge.passes(32s);  // §9.1
  alice.sends(alice.acknowledges(invite, alice.receives("SIP/2.0 408")));
  nothing_is_left();
}

}  // namespace
}  // namespace flowgate::test
