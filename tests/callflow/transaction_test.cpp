// Transactions as their peers see them: RFC 3261 §17, RFC 4320, RFC 6026.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class Transaction : public ::testing::Test {
 protected:
  Transaction() { bob.is_registered(); }
  // alice's request: sent, and taken by bob.
  Packet sends(std::string_view method) {
    request = alice.opens(method, "sip:bob@example.com");
    alice.sends(request);
    if (method == "INVITE") alice.receives("SIP/2.0 100");
    return bob.receives(method);
  }
  // How many messages of that kind have come since.
  static int count(Phone& phone, std::string_view start) {
    int number = 0;
    for (; phone.waiting() > 0; ++number) phone.receives(start);
    return number;
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& bob = edge.udp("bob", "198.51.100.2:5060");
  std::string request;
};

// §17.2.1: "the most recent provisional response" answers a retransmission.
TEST_F(Transaction, OfAnInviteAnswersRetransmissionsWithItsLastProvisionalResponse) {
  const Packet invite = sends("INVITE");
  alice.sends(request);
  alice.receives("SIP/2.0 100");
  bob.sends(bob.answers(invite, 180));
  alice.receives("SIP/2.0 180");
  alice.sends(request);
  alice.receives("SIP/2.0 180");
  bob.receives_nothing();
}

TEST_F(Transaction, OfAnInviteRepeatsItsRefusalUntilTheAck) {
  const Packet invite = sends("INVITE");
  bob.sends(bob.answers(invite, 486));
  const Packet refusal = alice.receives("SIP/2.0 486");
  edge.passes(1500ms);
  EXPECT_EQ(count(alice, "SIP/2.0 486"), 2);  // Timer G: 0.5 s, 1.5 s
  alice.sends(request);
  alice.receives("SIP/2.0 486");
  bob.forgets();
  alice.sends(alice.acknowledges(request, refusal));
  edge.passes(1min);
  alice.receives_nothing();
  bob.receives_nothing();  // that ACK was for us: §17.1.1.3
}

// Each is behind a NAT, has the same address there, and no other source of random numbers than its clock: all
// that RFC 3261 compares is the same (seen with Twinkle).
TEST_F(Transaction, OfTwoPhonesThatStartInTheSameSecondIsNotOne) {
  Phone& carol = edge.udp("carol", "198.51.100.3:5060");
  const std::string text = alice.registers();
  alice.sends(text);
  const auto of_carol = [](const std::string& rest) { return replaced(rest, "alice@", "carol@"); };
  carol.sends(of_carol(of_carol(of_carol(text))));  // From, To, Contact
  EXPECT_THAT(alice.receives("SIP/2.0 200").header("Contact"), HasSubstr("alice@"));
  EXPECT_THAT(carol.receives("SIP/2.0 200").header("Contact"), HasSubstr("carol@"));
}

// §17.1.1.2: Completed.
TEST_F(Transaction, OfAnInviteAcknowledgesEachRefusalOnce) {
  const Packet invite = sends("INVITE");
  const std::string refusal = bob.answers(invite, 486);
  bob.sends(refusal);
  const Packet ack = bob.receives("ACK " + bob.contact());
  EXPECT_EQ(ack.all("Via"), std::vector<std::string>{invite.header("Via")});
  EXPECT_EQ(ack.header("To"), Packet(refusal).header("To"));
  EXPECT_EQ(ack.header("CSeq"), "1 ACK");
  bob.sends(refusal);
  bob.receives("ACK");
  alice.receives("SIP/2.0 486");
  alice.receives_nothing();
}

// RFC 6026 §7.1, §7.2: Accepted. Retransmissions of the 2xx pass, those of the INVITE do not.
TEST_F(Transaction, OfAnInvitePassesEach2xxWhileAccepted) {
  const Packet invite = sends("INVITE");
  const std::string answer = bob.answers(invite, 200);
  bob.sends(answer);
  alice.receives("SIP/2.0 200");
  edge.passes(31s);
  bob.sends(answer);
  alice.receives("SIP/2.0 200");
  alice.sends(request);
  alice.receives_nothing();
  bob.receives_nothing();
}

// RFC 6026 §8.4: Accepted is left by Timer M alone, and only a 2xx means something in it.
TEST_F(Transaction, OfAnInviteTakesNothingButA2xxBehindA2xx) {
  const Packet invite = sends("INVITE");
  bob.sends(bob.answers(invite, 200));
  alice.receives("SIP/2.0 200");
  bob.sends(bob.answers(invite, 180));
  bob.sends(bob.answers(invite, 486));
  alice.receives_nothing();
  bob.receives_nothing();  // the 486 is not acknowledged
  bob.sends(bob.answers(invite, 200));
  alice.receives("SIP/2.0 200");
}

// RFC 6026 §8.1: a response without a transaction is not forwarded.
TEST_F(Transaction, OfAnInviteDropsThe2xxThatComesTooLate) {
  const Packet invite = sends("INVITE");
  bob.sends(bob.answers(invite, 200));
  alice.receives("SIP/2.0 200");
  edge.passes(33s);
  EXPECT_EQ(edge.core().transactions(), 0U);
  bob.sends(bob.answers(invite, 200));
  alice.receives_nothing();
}

// §17.1.1.2: Timer A doubles without bound; Timer B ends it.
TEST_F(Transaction, OfAnInviteRetransmitsByTimerAAndEndsWith408) {
  sends("INVITE");
  edge.passes(499ms);
  bob.receives_nothing();
  edge.passes(1ms);
  bob.receives("INVITE");
  edge.passes(31'499ms);
  EXPECT_EQ(count(bob, "INVITE"), 5);  // 1.5, 3.5, 7.5, 15.5, 31.5 s
  alice.receives_nothing();
  edge.passes(1ms);
  alice.sends(alice.acknowledges(request, alice.receives("SIP/2.0 408")));
  edge.passes(1min);
  bob.receives_nothing();
  EXPECT_EQ(edge.core().transactions(), 0U);
}

TEST_F(Transaction, OfAnInviteStopsRetransmittingWithTheFirstResponse) {
  const Packet invite = sends("INVITE");
  bob.sends(bob.answers(invite, 100));
  edge.passes(1min);
  bob.receives_nothing();
  alice.receives_nothing();
}

// §17.1.2.2: Timer E doubles up to T2. RFC 4320 §4.1: a 100 when the client's Timer E has come to T2; §4.2:
// no 408.
TEST_F(Transaction, OfAnotherRequestRetransmitsByTimerEAndEndsInSilence) {
  sends("MESSAGE");
  edge.passes(3499ms);
  alice.receives_nothing();
  edge.passes(1ms);
  alice.receives("SIP/2.0 100");
  EXPECT_EQ(count(bob, "MESSAGE"), 3);  // 0.5, 1.5, 3.5 s
  edge.passes(28'500ms);
  EXPECT_EQ(count(bob, "MESSAGE"), 7);  // 7.5 s and then each 4 s
  edge.passes(1min);
  alice.receives_nothing();
  bob.receives_nothing();
  EXPECT_EQ(edge.core().transactions(), 0U);
}

// §17.1.2.2: "If Timer E fires while in the "Proceeding" state, the request MUST be passed to the transport
// layer for retransmission, and Timer E MUST be reset with a value of T2 seconds."
TEST_F(Transaction, OfAnotherRequestRetransmitsEachT2OnceItProceeds) {
  const Packet message = sends("MESSAGE");
  bob.sends(bob.answers(message, 100));
  edge.passes(500ms);
  EXPECT_EQ(count(bob, "MESSAGE"), 1);
  edge.passes(3999ms);
  bob.receives_nothing();
  edge.passes(1ms);
  EXPECT_EQ(count(bob, "MESSAGE"), 1);
  bob.sends(bob.answers(message, 200));
  edge.passes(1min);
  bob.receives_nothing();
}

// RFC 4320 §4.1: "Without regard to transport, an SIP element MUST respond to a non-INVITE request with a
// Status-Code of 100 if it has not otherwise responded after the amount of time it takes a client
// transaction's Timer E to be reset to T2."
TEST_F(Transaction, OfAnotherRequestOverAStreamIsAnswered100AfterTheSameTime) {
  Phone& carol = edge.tcp("carol", "198.51.100.3:40003");
  carol.sends(carol.opens("MESSAGE", "sip:bob@example.com"));
  const Packet request = bob.receives("MESSAGE");
  edge.passes(3500ms);
  carol.receives("SIP/2.0 100");
  bob.sends(bob.answers(request, 200));
  carol.receives("SIP/2.0 200");
}

TEST_F(Transaction, OfAnotherRequestAnswersRetransmissionsWithItsFinalResponse) {
  const Packet message = sends("MESSAGE");
  alice.sends(request);
  alice.receives_nothing();  // §17.2.2: Trying
  bob.sends(bob.answers(message, 180));
  alice.receives_nothing();  // RFC 4320 §4.1: no other provisional response
  bob.sends(bob.answers(message, 200));
  alice.receives("SIP/2.0 200");
  bob.sends(bob.answers(message, 200));
  alice.receives_nothing();
  alice.sends(request);
  alice.receives("SIP/2.0 200");
  bob.receives_nothing();
  edge.passes(32s);
  EXPECT_EQ(edge.core().transactions(), 0U);
}

// §10.3 (7): a REGISTER that was carried out is not out of order when it comes again, it is the same.
TEST_F(Transaction, OfARegisterAnswersRetransmissionsWithThe200) {
  const std::string text = alice.registers(alice.outbound_params(1));
  alice.sends(text);
  const Packet registered = alice.receives("SIP/2.0 200");
  alice.sends(text);
  EXPECT_EQ(alice.receives("SIP/2.0 200").text(), registered.text());
}

// §17.1: nothing is retransmitted over a stream.
TEST_F(Transaction, OverAStreamSendsEachMessageOnce) {
  Phone& carol = edge.tcp("carol", "198.51.100.3:40003");
  Phone& dave = edge.tcp("dave", "198.51.100.4:40004");
  dave.is_registered();
  carol.sends(carol.opens("INVITE", "sip:dave@example.com"));
  carol.receives("SIP/2.0 100");
  const Packet invite = dave.receives("INVITE");
  edge.passes(20s);
  dave.receives_nothing();
  dave.sends(dave.answers(invite, 486));
  dave.receives("ACK");
  carol.receives("SIP/2.0 486");
  edge.passes(1min);
  carol.receives_nothing();
  dave.receives_nothing();
  EXPECT_EQ(edge.core().transactions(), 0U);
}

TEST_F(Transaction, TakesNoResponseThatIsNotForIt) {
  const Packet invite = sends("INVITE");
  const std::string via = invite.header("Via");
  const std::string answer = bob.answers(invite, 200);
  const auto branch = via.find("branch=") + 7 + 9 + 2;  // behind the cookie, the name and the shard
  std::string other_via = via;
  other_via[branch] = other_via[branch] == '0' ? '1' : '0';
  bob.sends(replaced(answer, via, other_via));
  bob.sends(replaced(answer, "CSeq: 1 INVITE", "CSeq: 1 MESSAGE"));
  bob.sends(replaced(answer, "Via: " + via + "\r\n", ""));
  bob.sends(replaced(answer, "Via: " + via, "Via: SIP/2.0/UDP 198.51.100.2:5060;branch=z9hG4bK-theirs"));
  alice.receives_nothing();
  bob.sends(answer);
  alice.receives("SIP/2.0 200");
}

// §16.7 (3): "If no Via header field values remain in the response, the response [...] MUST NOT be
// forwarded."
TEST_F(Transaction, TakesNoResponseWithoutTheViaOfTheClient) {
  const Packet invite = sends("INVITE");
  bob.sends(replaced(bob.answers(invite, 200), "Via: " + invite.all("Via")[1] + "\r\n", ""));
  alice.receives_nothing();
}

TEST_F(Transaction, LeavesNothingBehind) {
  alice.is_registered();
  EstablishedCall call = establish(alice, "sip:bob@example.com", bob);
  exchange(bob, call.callee, "BYE", alice);
  sends("INVITE");  // never answered
  edge.passes(3h);
  EXPECT_EQ(edge.core().transactions(), 0U);
  edge.sweeps_the_location_service();
  EXPECT_EQ(edge.location().size(), 0U);
}

// §17.1.2.2: retransmissions of a response are absorbed.
TEST_F(Transaction, OfAnotherRequestAbsorbsWhatComesOfItsAnswerAgain) {
  const std::string answer = bob.answers(sends("MESSAGE"), 200);
  bob.sends(answer);
  alice.receives("SIP/2.0 200");
  bob.sends(answer);
  edge.passes(3s);
  bob.sends(answer);
  alice.receives_nothing();
  bob.receives_nothing();
}

// §17.2.2: Completed, until Timer J.
TEST_F(Transaction, OfARegisterRepeatsItsAnswer) {
  const std::string text = alice.registers(alice.outbound_params(1));
  alice.sends(text);
  const Packet answer = alice.receives("SIP/2.0 200");
  edge.passes(31s);
  alice.sends(text);
  EXPECT_EQ(alice.receives("SIP/2.0 200").text(), answer.text());
}

// Where so many register that their answers are forgotten sooner, the same REGISTER is carried out again: its
// CSeq is not out of order (§10.3 (7)).
TEST(TransactionWithoutRoom, OfARegisterIsCarriedOutAgain) {
  proxy::Settings settings;
  settings.max_register_response_octets = 1000;
  Edge edge(settings);
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  const std::string text = alice.registers(alice.outbound_params(1));
  alice.sends(text);
  const Packet answer = alice.receives("SIP/2.0 200");
  edge.passes(1s);
  for (int number = 0; number < 3; ++number)
    edge.udp("bob", "198.51.100.2:" + std::to_string(5060 + number)).is_registered();
  alice.sends(text);
  const Packet again = alice.receives("SIP/2.0 200");
  EXPECT_EQ(again.header("To"), answer.header("To"));
  EXPECT_EQ(again.all("Contact").size(), 1U);
  EXPECT_EQ(edge.location().size(), 4U);
}

}  // namespace
}  // namespace flowgate::test
