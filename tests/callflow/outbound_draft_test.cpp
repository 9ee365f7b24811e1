// The message flow of draft-ietf-sip-outbound-00 §8: a callee with two flows loses the primary one in
// mid-call; the BYE reaches it over the backup; a new registration replaces the lost flow. Once in the
// draft's words and once in those of RFC 5626.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class TwoFlows : public ::testing::TestWithParam<Dialect> {
 protected:
  TwoFlows() {
    primary.speaks(GetParam());
    backup.speaks(GetParam());
    backup.is_the_device_of(primary);
  }
  bool draft() const { return GetParam() == Dialect::draft; }
  std::string flow_failed() const { return draft() ? "SIP/2.0 410" : "SIP/2.0 430"; }
  // (1) to (4): both flows are registered; what the second 200 says.
  Packet both_register() {
    primary.is_registered(1);
    return backup.is_registered(2);
  }
  void callee_is_reached_at(const std::string& uri) {
    primary.is_reached_at(uri);
    backup.is_reached_at(uri);
  }
  std::string gruu_in(const Packet& registered) const {
    const std::string gruu = param_of(registered.header("Contact"), draft() ? "gruu" : "pub-gruu");
    EXPECT_THAT(gruu, StartsWith("\"sip:callee@example.com;")) << registered.text();
    return unquoted(gruu);
  }

  Edge edge;
  Phone& caller = edge.udp("caller", "192.0.2.20:5060");
  Phone& primary = edge.tcp("callee", "198.51.100.1:40001");
  Phone& backup = edge.udp("callee", "198.51.100.1:40002");
};

INSTANTIATE_TEST_SUITE_P(Words, TwoFlows, ::testing::Values(Dialect::draft, Dialect::rfc),
                         [](const auto& info) { return info.param == Dialect::draft ? "draft" : "rfc"; });

TEST_P(TwoFlows, AreTwoContactsOfOneInstance) {
  const Packet first = primary.is_registered(1);
  const Packet second = backup.is_registered(2);
  const std::string id = draft() ? "flow-id" : "reg-id";
  const std::string instance = "\"<" + primary.instance() + ">\"";

  ASSERT_EQ(first.all("Contact").size(), 1U);
  const auto contacts = second.all("Contact");
  ASSERT_EQ(contacts.size(), 2U);
  EXPECT_EQ(uri_in(contacts[0]), primary.contact());
  EXPECT_EQ(uri_in(contacts[1]), backup.contact());
  for (const std::string& contact : contacts) {
    EXPECT_EQ(param_of(contact, "+sip.instance"), instance);
    EXPECT_EQ(param_of(contact, "expires"), "3600");
  }
  EXPECT_EQ(param_of(contacts[0], id), "1");
  EXPECT_EQ(param_of(contacts[1], id), "2");
}

// RFC 5626 §6, §5.4: Require: outbound and, beside it, Flow-Timer; the draft knows neither.
TEST_P(TwoFlows, AreAcknowledgedInTheWordsOfTheUa) {
  const Packet registered = both_register();
  if (draft()) {
    EXPECT_EQ(registered.all("Require"), std::vector<std::string>{"gruu"});
    EXPECT_FALSE(registered.has("Flow-Timer"));
  } else {
    EXPECT_EQ(registered.all("Require"), std::vector<std::string>{"outbound"});
    EXPECT_EQ(registered.header("Flow-Timer"), "120");
  }
}

TEST_P(TwoFlows, CarryTheCallOverThePrimaryAndTheByeOverTheBackup) {
  callee_is_reached_at(gruu_in(both_register()));
  EstablishedCall call = establish(caller, "sip:callee@example.com", primary);
  EXPECT_THAT(call.answer.text(), HasSubstr("Record-Route: "));
  backup.receives_nothing();

  edge.breaks(primary);
  caller.sends(caller.within(call.caller, "BYE"));
  const Packet bye = backup.receives("BYE " + backup.contact());
  EXPECT_FALSE(bye.has("Route"));
  backup.sends(backup.answers(bye, 200));
  caller.receives("SIP/2.0 200");
  caller.receives_nothing();
}

TEST_P(TwoFlows, CarryTheByeOverTheBackupWhenTheLossShowsOnSending) {
  callee_is_reached_at(gruu_in(both_register()));
  EstablishedCall call = establish(caller, "sip:callee@example.com", primary);
  edge.breaks_unseen(primary);
  EXPECT_EQ(exchange(caller, call.caller, "BYE", backup).request_uri(), backup.contact());
}

// A UDP flow does not break, it falls silent.
TEST_P(TwoFlows, CarryTheByeOverTheBackupWhenThePrimaryIsSilent) {
  Phone& silent = edge.udp("callee", "198.51.100.1:40003");
  silent.speaks(GetParam());
  silent.is_the_device_of(backup);
  const Packet registered = silent.is_registered(1);
  backup.is_registered(2);
  silent.is_reached_at(gruu_in(registered));
  EstablishedCall call = establish(caller, "sip:callee@example.com", silent);

  caller.sends(caller.within(call.caller, "BYE"));
  silent.receives("BYE");
  backup.receives_nothing();
  edge.passes(proxy::Settings{}.branch_timeout);
  const Packet bye = backup.receives("BYE " + backup.contact());
  backup.sends(backup.answers(bye, 200));
  caller.receives("SIP/2.0 100");  // RFC 4320 §4.1
  caller.receives("SIP/2.0 200");
}

// Without a GRUU nothing in the BYE but the token says where it goes: RFC 5626 §5.3.1, draft §6.2.
TEST_P(TwoFlows, AnswerTheByeToALostFlowAtOnce) {
  both_register();
  EstablishedCall call = establish(caller, "sip:callee@example.com", primary);
  edge.breaks(primary);
  caller.sends(caller.within(call.caller, "BYE"));
  caller.receives(flow_failed());
  backup.receives_nothing();
}

TEST_P(TwoFlows, AnswerTheByeToAFlowWhoseLossShowsOnSendingAtOnce) {
  both_register();
  EstablishedCall call = establish(caller, "sip:callee@example.com", primary);
  edge.breaks_unseen(primary);
  caller.sends(caller.within(call.caller, "BYE"));
  caller.receives(flow_failed());
}

// ... and when the lost flow is that of the side that has called.
TEST_P(TwoFlows, AnswerTheByeToTheLostFlowOfACallerAtOnce) {
  both_register();
  caller.is_registered();
  EstablishedCall call = establish(primary, "sip:caller@example.com", caller);
  edge.breaks(primary);
  caller.sends(caller.within(call.callee, "BYE"));
  caller.receives(flow_failed());
  backup.receives_nothing();
}

// (15), (16): the same flow-id with another Call-ID. "The new flow MUST have the same flow-id as the flow it
// is replacing" (draft §4.3).
TEST_P(TwoFlows, AreTwoAgainAfterTheLostOneIsReplaced) {
  both_register();
  edge.breaks(primary);
  edge.passes(40s);

  Phone& rebooted = edge.tcp("callee", "198.51.100.1:40009");
  rebooted.speaks(GetParam());
  rebooted.is_the_device_of(primary);
  const auto contacts = rebooted.is_registered(1).all("Contact");
  ASSERT_EQ(contacts.size(), 2U);
  EXPECT_EQ(uri_in(contacts[0]), backup.contact());
  EXPECT_EQ(uri_in(contacts[1]), rebooted.contact());

  caller.sends(caller.opens("INVITE", "sip:callee@example.com"));
  rebooted.receives("INVITE " + rebooted.contact());  // "the contact that was most recently updated"
  backup.receives_nothing();
}

// The edge has not noticed that the primary is gone: the new registration takes its place all the same.
TEST_P(TwoFlows, AreStillTwoWhenOneIsReplacedUnnoticed) {
  both_register();
  Phone& rebooted = edge.tcp("callee", "198.51.100.1:40009");
  rebooted.speaks(GetParam());
  rebooted.is_the_device_of(primary);
  EXPECT_EQ(rebooted.is_registered(1).all("Contact").size(), 2U);
  edge.breaks(primary);
  EXPECT_EQ(edge.location().size(), 2U);
}

// §5.2 of the draft, §7 of the RFC: the flow fails while the INVITE is under way.
TEST_P(TwoFlows, CarryTheInviteOverTheBackupWhenThePrimaryIsLostWhileItRings) {
  both_register();
  caller.sends(caller.opens("INVITE", "sip:callee@example.com"));
  caller.receives("SIP/2.0 100");
  primary.sends(primary.answers(primary.receives("INVITE"), 180));
  caller.receives("SIP/2.0 180");
  edge.breaks(primary);
  backup.sends(backup.answers(backup.receives("INVITE " + backup.contact()), 200));
  caller.receives("SIP/2.0 200");
}

}  // namespace
}  // namespace flowgate::test
