// The call flow of draft-ietf-sip-gruu-04 §12: a registration with a GRUU, a call whose remote target it is,
// a SUBSCRIBE to that instance, a crash and a new registration at another address. Once in the draft's words
// and once in those of RFC 5627.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class Gruu : public ::testing::TestWithParam<Dialect> {
 protected:
  Gruu() {
    callee.speaks(GetParam());
    rebooted.speaks(GetParam());
    rebooted.is_the_device_of(callee);
  }
  bool draft() const { return GetParam() == Dialect::draft; }
  std::string public_gruu() const {
    return "sip:callee@example.com;" + std::string(draft() ? "opaque=" : "gr=") + callee.instance();
  }
  // The call of (3) to (6): the callee puts its GRUU with a grid into the 200.
  EstablishedCall call() {
    callee.is_reached_at(public_gruu() + ";grid=99a");
    return establish(caller, "sip:callee@example.com", callee);
  }

  Edge edge;
  Phone& caller = edge.udp("caller", "192.0.2.20:5060");
  Phone& callee = edge.udp("callee", "192.0.2.1:5060");
  Phone& rebooted = edge.udp("callee", "192.0.2.2:5060");
};

INSTANTIATE_TEST_SUITE_P(Words, Gruu, ::testing::Values(Dialect::draft, Dialect::rfc),
                         [](const auto& info) { return info.param == Dialect::draft ? "draft" : "rfc"; });

TEST_P(Gruu, StandsInTheContactOfThe200) {
  const Packet registered = callee.is_registered(1);
  const std::string contact = registered.header("Contact");
  EXPECT_EQ(uri_in(contact), callee.contact());
  EXPECT_EQ(param_of(contact, "expires"), "3600");
  const auto required = registered.all("Require");
  if (draft()) {
    EXPECT_EQ(unquoted(param_of(contact, "gruu")), public_gruu());
    EXPECT_EQ(param_of(contact, "pub-gruu"), "");
    EXPECT_EQ(param_of(contact, "temp-gruu"), "");
    EXPECT_EQ(required, std::vector<std::string>{"gruu"});
  } else {
    EXPECT_EQ(unquoted(param_of(contact, "pub-gruu")), public_gruu());
    EXPECT_THAT(param_of(contact, "temp-gruu"), StartsWith("\"sip:tgruu."));
    EXPECT_EQ(param_of(contact, "gruu"), "");
    // RFC 5627 §5.2: "The registrar SHOULD NOT include the gruu option tag in the Require".
    EXPECT_EQ(required, std::vector<std::string>{"outbound"});
  }
}

TEST_P(Gruu, IsTheRemoteTargetOfTheCall) {
  callee.is_registered(1);
  EstablishedCall established = call();
  EXPECT_EQ(established.caller.target, public_gruu() + ";grid=99a");
  EXPECT_EQ(exchange(caller, established.caller, "BYE", callee).request_uri(),
            callee.contact() + ";grid=99a");
}

// "Note how the grid parameter is maintained."
TEST_P(Gruu, LeadsASubscribeOutsideTheDialogToItsInstanceWithTheGrid) {
  Phone& other = edge.udp("callee", "192.0.2.9:5060");
  callee.is_registered(1);
  other.is_registered(1);
  caller.sends(caller.opens("SUBSCRIBE", public_gruu() + ";grid=99a", {"Event: dialog"}));
  const Packet subscribe = callee.receives("SUBSCRIBE sip:callee@192.0.2.1:5060;grid=99a SIP/2.0");
  EXPECT_EQ(subscribe.header("Event"), "dialog");
  other.receives_nothing();
  callee.sends(callee.answers(subscribe, 200));
  caller.receives("SIP/2.0 200");
}

TEST_P(Gruu, FollowsTheInstanceToItsNewAddress) {
  callee.is_registered(1);
  EstablishedCall established = call();
  edge.passes(5min);
  const Packet registered = rebooted.is_registered(1);
  EXPECT_EQ(unquoted(param_of(registered.header("Contact"), draft() ? "gruu" : "pub-gruu")), public_gruu());

  caller.sends(caller.opens("SUBSCRIBE", established.caller.target, {"Event: dialog"}));
  const Packet subscribe = rebooted.receives("SUBSCRIBE sip:callee@192.0.2.2:5060;grid=99a SIP/2.0");
  rebooted.sends(rebooted.answers(subscribe, 200));
  caller.receives("SIP/2.0 200");
  callee.receives_nothing();
}

TEST_P(Gruu, AndTheAorRingTheNewAddressOnly) {
  callee.is_registered(1);
  rebooted.is_registered(1);
  for (const std::string& uri : {std::string("sip:callee@example.com"), public_gruu()}) {
    caller.sends(caller.opens("INVITE", uri));
    caller.receives("SIP/2.0 100");
    rebooted.sends(rebooted.answers(rebooted.receives("INVITE " + rebooted.contact()), 486));
    rebooted.receives("ACK");
    caller.receives("SIP/2.0 486");
    caller.forgets();
    callee.receives_nothing();
  }
}

// RFC 5627 §6.1: "If there are no registered contacts bound to the GRUU, the server MUST return a 480".
TEST_P(Gruu, IsTemporarilyUnavailableWhenNobodyIsBehindIt) {
  callee.is_registered(1);
  edge.passes(2h);
  caller.sends(caller.opens("MESSAGE", public_gruu()));
  caller.receives("SIP/2.0 480");
}

// draft-gruu §8.4.1: the target set holds "only contacts which are bound to that GRUU".
TEST_P(Gruu, DoesNotFallBackToAnotherInstance) {
  Phone& other = edge.udp("callee", "192.0.2.9:5060");
  other.is_registered(1);
  caller.sends(caller.opens("MESSAGE", public_gruu()));
  caller.receives("SIP/2.0 480");
  other.receives_nothing();
}

// As the draft draws it, without a flow-id: another Contact URI is another binding, listed with the same
// GRUU, but "only this new contact (the most recently registered one) will be used".
class GruuWithoutFlow : public ::testing::Test {
 protected:
  // (1), (17): the callee registers, crashes and registers again; what the second 200 says.
  std::vector<std::string> callee_registers_twice() {
    const std::string instance = ";+sip.instance=\"<" + callee.instance() + ">\"";
    callee.sends(callee.registers(instance));
    callee.receives("SIP/2.0 200");
    edge.passes(3200s);
    rebooted.sends(rebooted.registers(instance));
    return rebooted.receives("SIP/2.0 200").all("Contact");
  }
  Packet call() {
    caller.sends(caller.opens("INVITE", "sip:callee@example.com"));
    caller.receives("SIP/2.0 100");
    callee.receives_nothing();
    return rebooted.receives("INVITE " + rebooted.contact());
  }
  Edge edge;
  Phone& caller = edge.udp("caller", "192.0.2.20:5060");
  Phone& callee = edge.udp("callee", "192.0.2.1:5060");
  Phone& rebooted = edge.udp("callee", "192.0.2.2:5060");
};

TEST_F(GruuWithoutFlow, StandsAtBothContactsAndLeadsToTheNewOne) {
  const auto contacts = callee_registers_twice();
  ASSERT_EQ(contacts.size(), 2U);
  EXPECT_EQ(param_of(contacts[0], "expires"), "400");
  EXPECT_EQ(param_of(contacts[1], "expires"), "3600");
  const std::string gruu = param_of(contacts[1], "pub-gruu");
  EXPECT_EQ(param_of(contacts[0], "pub-gruu"), gruu);

  caller.sends(caller.opens("SUBSCRIBE", unquoted(gruu) + ";grid=99a"));
  rebooted.receives("SUBSCRIBE sip:callee@192.0.2.2:5060;grid=99a SIP/2.0");
  callee.receives_nothing();
}

// RFC 5627 §6.1: "if a request to this target fails with a 408 (Request Timeout) or 430 (Flow Failed)
// response, the proxy SHOULD retry with the next most recently refreshed contact. Furthermore, if the request
// fails with any other response, the proxy MUST NOT retry on any other contacts for this instance."
TEST_F(GruuWithoutFlow, LeadsToTheOldContactAfter408) {
  callee_registers_twice();
  rebooted.sends(rebooted.answers(call(), 408));
  callee.receives("INVITE " + callee.contact());
}

TEST_F(GruuWithoutFlow, DoesNotLeadToTheOldContactAfterAnAnswer) {
  callee_registers_twice();
  rebooted.sends(rebooted.answers(call(), 486));
  caller.receives("SIP/2.0 486");
  callee.receives_nothing();
}

class TemporaryGruu : public ::testing::Test {
 protected:
  static std::string temporary_in(const Packet& registered) {
    return unquoted(param_of(registered.header("Contact"), "temp-gruu"));
  }
  Edge edge;
  Phone& caller = edge.udp("caller", "192.0.2.20:5060");
  Phone& callee = edge.udp("callee", "192.0.2.1:5060");
  Phone& rebooted = edge.udp("callee", "192.0.2.2:5060");
};

// RFC 5627 §3.1.2: each refresh gives a new one, all of which stay valid.
TEST_F(TemporaryGruu, StaysValidWhileTheRegistrationIsRefreshed) {
  const std::string first = temporary_in(callee.is_registered(1));
  const std::string second = temporary_in(callee.is_registered(1));
  EXPECT_NE(first, second);
  for (const std::string& gruu : {first, second}) {
    caller.sends(caller.opens("MESSAGE", gruu));
    callee.sends(callee.answers(callee.receives("MESSAGE " + callee.contact()), 200));
    caller.receives("SIP/2.0 200");
  }
}

// §5.1: with a new Call-ID "the registrar MUST invalidate all previously generated temporary GRUUs".
TEST_F(TemporaryGruu, EndsWithTheCallIdThatItCameWith) {
  rebooted.is_the_device_of(callee);
  const std::string before = temporary_in(callee.is_registered(1));
  const std::string after = temporary_in(rebooted.is_registered(1));
  caller.sends(caller.opens("MESSAGE", before));
  caller.receives("SIP/2.0 404");
  caller.sends(caller.opens("MESSAGE", after));
  rebooted.receives("MESSAGE " + rebooted.contact());
}

TEST_F(TemporaryGruu, OpensADialogWithoutTheAor) {
  callee.is_reached_at(temporary_in(callee.is_registered(1)));
  EstablishedCall call = establish(caller, "sip:callee@example.com", callee);
  EXPECT_THAT(call.caller.target, Not(HasSubstr("callee")));
  exchange(caller, call.caller, "BYE", callee);
}

}  // namespace
}  // namespace flowgate::test
