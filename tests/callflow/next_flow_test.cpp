// One flow of an instance at a time, and when the next one is tried: RFC 5626 §7.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class NextFlow : public ::testing::Test {
 protected:
  explicit NextFlow(Dialect dialect = Dialect::rfc, const proxy::Settings& settings = {}) : edge(settings) {
    first.speaks(dialect);
    second.speaks(dialect);
    second.is_the_device_of(first);
    first.is_registered(1);
    second.is_registered(2);
  }
  // alice calls bob: the INVITE, as it comes out of the first flow.
  Packet call() {
    alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
    alice.receives("SIP/2.0 100");
    second.receives_nothing();
    return first.receives("INVITE " + first.contact());
  }
  void is_taken_over_by_the_second_flow() {
    alice.receives_nothing();
    second.sends(second.answers(second.receives("INVITE " + second.contact()), 200));
    alice.receives("SIP/2.0 200");
    alice.receives_nothing();
  }

  Edge edge;
  Phone& alice = edge.tcp("alice", "198.51.100.1:40001");
  Phone& first = edge.tcp("bob", "198.51.100.2:40002");
  Phone& second = edge.tcp("bob", "198.51.100.2:40003");
};

class NextFlowOfDraftUa : public NextFlow {
 protected:
  NextFlowOfDraftUa() : NextFlow(Dialect::draft) {}
};

class NextFlowAfter : public NextFlow, public ::testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(Status, NextFlowAfter, ::testing::Values(430, 408));

TEST_P(NextFlowAfter, ReceivesTheInviteAtOnce) {
  const Packet invite = call();
  first.sends(first.answers(invite, GetParam()));
  first.receives("ACK");
  is_taken_over_by_the_second_flow();
}

TEST_P(NextFlowAfter, ReceivesAnotherRequestAtOnce) {
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  first.sends(first.answers(first.receives("MESSAGE"), GetParam()));
  second.sends(second.answers(second.receives("MESSAGE"), 200));
  alice.receives("SIP/2.0 200");
}

class NoNextFlowAfter : public NextFlow, public ::testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(Status, NoNextFlowAfter, ::testing::Values(404, 410, 486, 488, 500, 603));

// The UA has answered, and the flow has carried it.
TEST_P(NoNextFlowAfter, AnAnswerOfTheUa) {
  const Packet invite = call();
  first.sends(first.answers(invite, GetParam()));
  alice.receives("SIP/2.0 " + std::to_string(GetParam()));
  second.receives_nothing();
  EXPECT_EQ(edge.location().size(), 2U);
}

// draft-ietf-sip-outbound-00 §5.2: "If a request for a particular AOR and instance-id fails with a 410".
TEST_F(NextFlowOfDraftUa, Receives410AsTheRfcHas430) {
  const Packet invite = call();
  first.sends(first.answers(invite, 410));
  is_taken_over_by_the_second_flow();
  EXPECT_EQ(edge.location().size(), 1U);
}

TEST_F(NextFlow, IsTheOnlyOneAfterTheFirstHasFailed) {
  first.sends(first.answers(call(), 430));
  is_taken_over_by_the_second_flow();
  first.forgets();
  EXPECT_EQ(edge.location().size(), 1U);
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  second.receives("MESSAGE");
  first.receives_nothing();
}

// RFC 5626 §11.5: "Endpoints should never receive a 430 response."
TEST_F(NextFlow, IsNotThereEither) {
  first.sends(first.answers(call(), 430));
  second.sends(second.answers(second.receives("INVITE"), 430));
  alice.receives("SIP/2.0 480");
  EXPECT_EQ(edge.location().size(), 0U);
}

TEST_F(NextFlow, ReceivesTheCallWhenTheFirstIsKnownToBeBroken) {
  edge.breaks(first);
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  alice.receives("SIP/2.0 100");
  is_taken_over_by_the_second_flow();
}

TEST_F(NextFlow, ReceivesTheCallWhenTheLossOfTheFirstShowsOnSending) {
  edge.breaks_unseen(first);
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  alice.receives("SIP/2.0 100");
  is_taken_over_by_the_second_flow();
  EXPECT_EQ(edge.location().size(), 1U);
}

TEST_F(NextFlow, ReceivesTheCallWhenTheFirstBreaksBeforeAnAnswer) {
  call();
  edge.breaks(first);
  is_taken_over_by_the_second_flow();
}

// RFC 5626 §5.3: "if a proxy closes a file descriptor, it MUST remove all the bindings that use that flow".
TEST_F(NextFlow, IsGoneWithTheFirstAndTheCallIsAnsweredInTheSameInstant) {
  call();
  edge.breaks(second);
  EXPECT_EQ(edge.location().size(), 1U);
  edge.breaks(first);
  EXPECT_EQ(edge.location().size(), 0U);
  alice.receives("SIP/2.0 480");
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  alice.receives("SIP/2.0 480");
}

TEST_F(NextFlow, IsGoneUnseenWithTheFirst) {
  edge.breaks_unseen(first);
  edge.breaks_unseen(second);
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  alice.receives("SIP/2.0 480");
  EXPECT_EQ(edge.location().size(), 0U);
}

TEST_F(NextFlow, IsTriedWhenTheFirstIsSilent) {
  call();
  edge.passes(4999ms);
  second.receives_nothing();
  edge.passes(1ms);
  is_taken_over_by_the_second_flow();
}

TEST_F(NextFlow, IsNotTriedWhenTheFirstHasSaidAsMuchAs100) {
  first.sends(first.answers(call(), 100));
  edge.passes(2min);
  second.receives_nothing();
}

// RFC 3261 §16.8: Timer C ends what has rung for three minutes, whether the CANCEL is answered or not.
TEST_F(NextFlow, IsNotTriedWhenTheFirstHasRungUntilTimerC) {
  first.sends(first.answers(call(), 180));
  alice.receives("SIP/2.0 180");
  edge.passes(185s);
  first.receives("CANCEL");
  edge.passes(32s);
  second.receives_nothing();
  alice.receives("SIP/2.0 408");
}

TEST_F(NextFlow, IsTriedForAnotherRequestWhenTheFirstIsSilent) {
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  const Packet late = first.receives("MESSAGE");
  edge.passes(5s);
  second.sends(second.answers(second.receives("MESSAGE"), 200));
  first.sends(first.answers(late, 200));
  edge.passes(1min);
  int finals = 0;  // a 100 may come first: RFC 4320 §4.1
  while (alice.waiting() > 0) finals += alice.receives("SIP/2.0").status() == 200 ? 1 : 0;
  EXPECT_EQ(finals, 1);
}

// RFC 3261 §9.1: the CANCEL waits for the first provisional response.
TEST_F(NextFlow, IsChosenForGood) {
  const Packet invite = call();
  edge.passes(5s);
  const Packet again = second.receives("INVITE");
  first.receives_nothing();
  first.sends(first.answers(invite, 180));
  const Packet cancel = first.receives("CANCEL " + first.contact());
  EXPECT_EQ(cancel.header("Via"), invite.header("Via"));
  alice.receives_nothing();
  first.sends(first.answers(cancel, 200));
  first.sends(first.answers(invite, 487));
  first.receives("ACK");
  alice.receives_nothing();
  second.sends(second.answers(again, 200));
  alice.receives("SIP/2.0 200");
}

TEST_F(NextFlow, IsCancelledWhenTheFirstAnswersLateWith200) {
  const Packet invite = call();
  edge.passes(5s);
  const Packet again = second.receives("INVITE");
  second.sends(second.answers(again, 180));
  alice.receives("SIP/2.0 180");
  first.sends(first.answers(invite, 200));
  alice.receives("SIP/2.0 200");
  second.receives("CANCEL");
  second.sends(second.answers(again, 487));
  second.receives("ACK");
  alice.receives_nothing();
}

TEST_F(NextFlow, IsNotTriedOnceTheCallIsCancelled) {
  const std::string invite = alice.opens("INVITE", "sip:bob@example.com");
  alice.sends(invite);
  alice.receives("SIP/2.0 100");
  first.receives("INVITE");
  alice.sends(alice.cancels(invite));
  alice.receives("SIP/2.0 200");
  edge.passes(10s);
  second.receives_nothing();
  edge.breaks(first);
  second.receives_nothing();
  alice.receives("SIP/2.0 487");
}

// Timer B and F: nobody counts silence here.
class NextFlowAfterTimeout : public NextFlow {
 protected:
  static proxy::Settings patient() {
    proxy::Settings settings;
    settings.branch_timeout = 1h;
    return settings;
  }
  NextFlowAfterTimeout() : NextFlow(Dialect::rfc, patient()) {}
};

TEST_F(NextFlowAfterTimeout, ReceivesTheInvite) {
  call();
  edge.passes(31'999ms);
  second.receives_nothing();
  edge.passes(1ms);
  is_taken_over_by_the_second_flow();
}

// "The proxy MUST NOT populate the target set with more than one contact with the same AOR and instance-id at
// a time."
TEST_F(NextFlow, IsThatOfItsInstanceAlone) {
  Phone& tablet = edge.tcp("bob", "198.51.100.4:40004");
  Phone& tablet_second = edge.tcp("bob", "198.51.100.4:40005");
  tablet_second.is_the_device_of(tablet);
  tablet.is_registered(1);
  tablet_second.is_registered(2);

  const Packet invite = call();
  const Packet at_tablet = tablet.receives("INVITE");
  tablet_second.receives_nothing();
  first.sends(first.answers(invite, 430));
  const Packet again = second.receives("INVITE");
  tablet_second.receives_nothing();
  tablet.sends(tablet.answers(at_tablet, 486));
  tablet_second.receives_nothing();
  second.sends(second.answers(again, 200));
  alice.receives("SIP/2.0 200");
}

}  // namespace
}  // namespace flowgate::test
