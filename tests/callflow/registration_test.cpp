// What a registrar that is the first hop keeps of a registration, and what becomes of it: RFC 5626 §5.4 to
// §7, draft-ietf-sip-outbound-00 §5.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class Registration : public ::testing::Test {
 protected:
  // Another line of that phone, over the same flow.
  void registers_line(Phone& phone, const std::string& line) {
    const std::string text = phone.registers(phone.outbound_params(1));
    phone.sends(replaced(text, "To: <sip:" + phone.name() + "@", "To: <sip:" + line + "@"));
    phone.receives("SIP/2.0 200");
  }
  void is_answered(Phone& caller, const std::string& uri, std::string_view start) {
    caller.sends(caller.opens("MESSAGE", uri));
    caller.receives(start);
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& bob = edge.tcp("bob", "198.51.100.2:40002");
};

// RFC 5626 §6: "The registrar MUST store in the binding the Contact URI, all the Contact header field
// parameters".
TEST_F(Registration, KeepsAllParametersOfTheContact) {
  const std::string params = bob.outbound_params(1) + ";+sip.ice;methods=\"INVITE,BYE\";audio;q=0.7";
  bob.sends(bob.registers(params));
  EXPECT_THAT(bob.receives("SIP/2.0 200").header("Contact"),
              StartsWith("<" + bob.contact() + ">" + params + ";"));
  alice.sends(replaced(replaced(alice.registers(), "Contact: <" + alice.contact() + ">\r\n", ""),
                       "To: <sip:alice@", "To: <sip:bob@"));
  EXPECT_THAT(alice.receives("SIP/2.0 200").header("Contact"),
              StartsWith("<" + bob.contact() + ">" + params + ";"));
}

// RFC 5626 §6, draft §5.1: "The registrar MUST be prepared to receive, simultaneously for the same AOR, some
// registrations that use instance-id and reg-id and some registrations that do not."
TEST_F(Registration, OfEitherKindStandsBesideTheOther) {
  Phone& plain = edge.udp("bob", "198.51.100.3:5060");
  Phone& drafts = edge.udp("bob", "198.51.100.4:40004");
  drafts.speaks(Dialect::draft);
  bob.is_registered();
  plain.sends(plain.registers());
  plain.receives("SIP/2.0 200");
  EXPECT_EQ(drafts.is_registered().all("Contact").size(), 3U);
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  bob.receives("INVITE " + bob.contact());
  plain.receives("INVITE " + plain.contact());
  drafts.receives("INVITE " + drafts.contact());
}

// RFC 5626 §7: "the proxy MUST send the request over the same 'logical flow' saved with the binding". draft
// §5.2: "For UDP, the request MUST be sent from the same local IP address and port over which the
// registration was received to the same IP address and port from which the REGISTER was received."
TEST_F(Registration, OfAUdpFlowIsReachedAtTheSourceWhateverTheContactSays) {
  Phone& carol = edge.udp("carol", "198.51.100.5:40005");
  carol.sends(
      replaced(carol.registers(carol.outbound_params(1)), carol.contact(), "sip:carol@10.0.0.5:5060"));
  carol.receives("SIP/2.0 200");
  alice.sends(alice.opens("MESSAGE", "sip:carol@example.com"));
  EXPECT_THAT(carol.receives("MESSAGE sip:carol@10.0.0.5:5060 SIP/2.0").header("Via"),
              StartsWith("SIP/2.0/UDP 203.0.113.1:5060;"));
}

// draft §5.2: "For TCP, the request MUST be sent on the same TCP socket that received the REGISTER request."
TEST_F(Registration, OfAConnectionIsReachedOverThatVeryConnection) {
  Phone& other = edge.tcp("other", "198.51.100.2:40003");
  const std::string text = bob.registers(bob.outbound_params(1));
  bob.sends(replaced(text, bob.contact(), "sip:bob@198.51.100.2:40003;transport=tcp"));
  bob.receives("SIP/2.0 200");
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  bob.receives("MESSAGE sip:bob@198.51.100.2:40003;transport=tcp");
  other.receives_nothing();
}

// RFC 5626 §6, draft §5.1: "MUST update any information that uniquely identifies the network flow".
TEST_F(Registration, IsUpdatedToTheFlowOfTheLastRegister) {
  Phone& moved = edge.udp("bob", "198.51.100.2:50002");
  moved.is_the_device_of(bob);
  bob.is_registered(1);
  EXPECT_EQ(moved.is_registered(1).all("Contact").size(), 1U);
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  moved.receives("MESSAGE");
  bob.receives_nothing();
}

// draft §5.2: "If two bindings have the same instance-id and flow-id, it MUST prefer the contact that was
// most recently updated."
TEST_F(Registration, OfOneFlowIdIsThatOfTheLastRegister) {
  Phone& rebooted = edge.tcp("bob", "198.51.100.2:50002");
  rebooted.is_the_device_of(bob);
  for (Phone* each : {&bob, &rebooted}) each->speaks(Dialect::draft);
  bob.is_registered(1);
  rebooted.is_registered(1);
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  rebooted.receives("MESSAGE");
  bob.receives_nothing();
}

// RFC 5626 §5.4: "The server MUST wait for an amount of time larger than the Flow-Timer in order to have a
// grace period to account for transport delay."
TEST_F(Registration, OutlivesTheFlowTimerByAGracePeriod) {
  EXPECT_EQ(bob.is_registered().header("Flow-Timer"), "120");
  edge.passes(130s);
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  bob.receives("MESSAGE");
}

// ... and then "take appropriate action": the flow is gone.
TEST_F(Registration, EndsWithTheKeepalivesThatWerePromised) {
  bob.is_registered();
  edge.passes(131s);
  is_answered(alice, "sip:bob@example.com", "SIP/2.0 480");
  edge.sweeps_the_location_service();
  EXPECT_EQ(edge.location().size(), 0U);
}

// The phone does without outbound now, and has promised nothing.
TEST_F(Registration, WithoutOutboundOverAFlowThatHadItNeedsNoKeepalives) {
  bob.is_registered();
  bob.sends(bob.registers());
  bob.receives("SIP/2.0 200");
  edge.passes(131s);
  edge.sweeps_the_location_service();
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  bob.receives("MESSAGE");
}

// Who removes his binding in a call sends no keepalives any more, and is in it still.
TEST_F(Registration, ThatIsRemovedEndsNoDialog) {
  bob.is_registered();
  alice.is_registered();
  EstablishedCall call = establish(alice, "sip:bob@example.com", bob);
  bob.sends(bob.registers(bob.outbound_params(1), {"Expires: 0"}));
  bob.receives("SIP/2.0 200");
  edge.passes(131s);
  edge.sweeps_the_location_service();
  alice.sends(alice.within(call.caller, "BYE"));
  bob.receives("BYE");
}

TEST_F(Registration, LastsAsLongAsTheKeepalivesCome) {
  bob.is_registered();
  for (int i = 0; i < 20; ++i) {
    edge.passes(120s);
    edge.core().keepalive(edge.now(), bob.flow());
  }
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  bob.receives("MESSAGE");
}

// RFC 5626 §7: "the proxy MUST invalidate all the bindings in the target set that use that flow (regardless
// of AOR)", when a connection is closed.
TEST_F(Registration, OfEveryLineEndsWithTheConnection) {
  bob.is_registered();
  registers_line(bob, "office");
  ASSERT_EQ(edge.location().size(), 2U);
  edge.breaks(bob);
  EXPECT_EQ(edge.location().size(), 0U);
  is_answered(alice, "sip:bob@example.com", "SIP/2.0 480");
  is_answered(alice, "sip:office@example.com", "SIP/2.0 480");
}

// draft §5.2: "If a proxy or registrar receives a network error when sending a SIP message over a particular
// flow, it MUST remove all the bindings that use that flow (regardless of AOR)."
TEST_F(Registration, OfEveryLineEndsWithAnErrorOnSending) {
  bob.is_registered();
  registers_line(bob, "office");
  ASSERT_EQ(edge.location().size(), 2U);
  edge.breaks_unseen(bob);
  is_answered(alice, "sip:bob@example.com", "SIP/2.0 480");
  EXPECT_EQ(edge.location().size(), 0U);
}

// draft §9: "The value of the flow-id MUST NOT be 0 and MUST be less than 2**31."
TEST_F(Registration, HasAFlowIdBetween1And2147483647) {
  const std::string instance = ";+sip.instance=\"<" + bob.instance() + ">\"";
  for (const char* bad : {"0", "2147483648", "4294967297", "-1", "x"}) {
    bob.sends(bob.registers(";flow-id=" + std::string(bad) + instance));
    bob.receives("SIP/2.0 400");
  }
  bob.sends(bob.registers(";flow-id=2147483647" + instance));
  bob.receives("SIP/2.0 200");
}

// RFC 5626 §11.6: "Proxies MUST NOT send a 439 response to any requests that do not contain a reg-id
// parameter and an outbound option tag in a Supported header field."
TEST_F(Registration, ThroughAProxyIs439OnlyForRegIdAndOutboundTogether) {
  const std::string instance = ";+sip.instance=\"<" + alice.instance() + ">\"";
  const auto status = [&](const std::string& params, const std::string& supported) {
    std::string text = replaced(alice.registers(params), "Supported: path, outbound, gruu", supported);
    text = replaced(text, "Max-Forwards", "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK-ua\r\nMax-Forwards");
    alice.sends(text);
    return alice.receives("SIP/2.0").status();
  };
  EXPECT_EQ(status(instance, "Supported: path, outbound"), 200);
  EXPECT_EQ(status(";reg-id=1" + instance, "Supported: path"), 200);
  EXPECT_EQ(status(";reg-id=1" + instance, "Supported: path, outbound"), 439);
}

// RFC 3261 §10.3 (5): "If the address-of-record is not valid for the domain in the Request-URI, the registrar
// MUST send a 404 (Not Found) response".
TEST_F(Registration, ARegisterIsForTheDomainOfItsTo) {
  edge.also_serves("example.net");
  const std::string text = alice.opens("REGISTER", "sip:example.com", {"Contact: <" + alice.contact() + ">"});
  const auto of = [](std::string_view to) { return "To: <sip:alice@" + std::string(to) + ">"; };
  alice.sends(replaced(text, "To: <sip:example.com>", of("example.net")));
  alice.receives("SIP/2.0 404");
  alice.sends(
      replaced(alice.opens("REGISTER", "sip:example.net"), "To: <sip:example.net>", of("example.net")));
  alice.receives("SIP/2.0 200");
}

}  // namespace
}  // namespace flowgate::test
