// Requests within a dialog, and the Record-Route that brings them back to us: RFC 3261 §12.2 and §16.6 (4),
// RFC 5626 §5.3, RFC 5658.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class RecordRoute : public ::testing::Test {
 protected:
  RecordRoute() { edge.resolves("example.net", "198.51.100.9:5060"); }
  // The flow that a Record-Route value of ours names.
  std::optional<Flow> flow_in(const std::string& value) {
    const std::string uri = uri_in(value);
    const auto begin = uri.find(':') + 1, at = uri.find('@');
    if (at == std::string::npos) return std::nullopt;
    const auto verified = edge.tokens().verify(uri.substr(begin, at - begin));
    return verified ? std::optional(verified->flow) : std::nullopt;
  }
  // dora calls bob as the proxy of somebody behind her.
  EstablishedCall dora_calls_for_somebody_else() {
    dora.sends(dora.opens(
        "INVITE", "sip:bob@example.com",
        {"Via: SIP/2.0/UDP 10.9.9.9;branch=z9hG4bK-behind", "Record-Route: <sip:198.51.100.9;lr>"}));
    dora.receives("SIP/2.0 100");
    EstablishedCall call;
    call.invite = bob.receives("INVITE");
    bob.sends(bob.answers(call.invite, 200));
    call.answer = dora.receives("SIP/2.0 200");
    call.callee = callee_side(call.invite, call.answer);
    call.caller = caller_side(call.answer);
    call.caller.routes.erase(call.caller.routes.begin());  // her own, which she takes away
    return call;
  }
  // The same phone after its NAT has given it another port.
  Phone& rebound(const Phone& phone, std::string_view address) {
    Phone& moved = edge.phone(phone.flow().protocol, phone.name(), address);
    moved.is_the_device_of(phone);
    return moved;
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:40001");
  Phone& bob = edge.udp("bob", "198.51.100.2:40002");
  // A UA or proxy elsewhere, never registered.
  Phone& dora = edge.udp("dora", "198.51.100.9:5060");
};

// RFC 5626 §5.3: the token of the UA's flow, for each UA that we are next to. Top-most is the side of the
// callee.
TEST_F(RecordRoute, HasTheTokensOfBothSides) {
  alice.is_registered();
  bob.is_registered();
  const auto routes = establish(alice, "sip:bob@example.com", bob).invite.all("Record-Route");
  ASSERT_EQ(routes.size(), 2U);
  EXPECT_EQ(flow_in(routes[0]), bob.flow());
  EXPECT_EQ(flow_in(routes[1]), alice.flow());
}

// RFC 5658: each side gets the address and transport at which it reaches us.
TEST_F(RecordRoute, IsDoubleWhenTransportsDiffer) {
  Phone& carol = edge.tls("carol", "198.51.100.3:40003");
  carol.is_registered();
  EstablishedCall call = establish(alice, "sip:carol@example.com", carol);
  const auto routes = call.invite.all("Record-Route");
  ASSERT_EQ(routes.size(), 2U);
  EXPECT_THAT(routes[0], EndsWith("@203.0.113.1:5061;transport=tls;lr>"));
  EXPECT_THAT(routes[1], EndsWith("@203.0.113.1:5060;lr>"));
  exchange(carol, call.callee, "INFO", alice);
  exchange(alice, call.caller, "BYE", carol);
}

TEST_F(RecordRoute, IsInRequestsThatOpenADialogOnly) {
  bob.is_registered();
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  EXPECT_FALSE(bob.receives("MESSAGE").has("Record-Route"));
  alice.sends(alice.opens("SUBSCRIBE", "sip:bob@example.com", {"Event: presence"}));
  EXPECT_TRUE(bob.receives("SUBSCRIBE").has("Record-Route"));
  bob.forgets();
  EstablishedCall call = establish(alice, "sip:bob@example.com", bob);
  EXPECT_FALSE(exchange(alice, call.caller, "INFO", bob).has("Record-Route"));
}

TEST_F(RecordRoute, BringsCallerOutsideAndCalleeRegisteredTogether) {
  bob.is_registered();
  EstablishedCall call = establish(dora, "sip:bob@example.com", bob);
  exchange(bob, call.callee, "INFO", dora);
  exchange(dora, call.caller, "BYE", bob);
}

TEST_F(RecordRoute, BringsCallerBehindAProxyAndCalleeRegisteredTogether) {
  bob.is_registered();
  EstablishedCall call = dora_calls_for_somebody_else();
  const auto routes = call.invite.all("Record-Route");
  ASSERT_EQ(routes.size(), 3U);
  EXPECT_EQ(flow_in(routes[0]), bob.flow());
  EXPECT_EQ(flow_in(routes[1]), std::nullopt);  // the proxy is no UA at the end of its flow
  EXPECT_EQ(routes[2], "<sip:198.51.100.9;lr>");
  dora.sends(dora.within(call.caller, "ACK"));
  bob.receives("ACK " + bob.contact());
  EXPECT_THAT(exchange(bob, call.callee, "BYE", dora).all("Route"), ElementsAre("<sip:198.51.100.9;lr>"));
}

TEST_F(RecordRoute, BringsCallerRegisteredAndCalleeOutsideTogether) {
  alice.is_registered();
  EstablishedCall call = establish(alice, "sip:dora@example.net", dora);
  exchange(dora, call.callee, "INFO", alice);
  exchange(alice, call.caller, "BYE", dora);
}

TEST_F(RecordRoute, IsNotWantedByPhonesThatSendAckAndByeToTheAor) {
  bob.is_registered();
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  alice.receives("SIP/2.0 100");
  bob.sends(bob.answers(bob.receives("INVITE"), 200));
  Dialog dialog = caller_side(alice.receives("SIP/2.0 200"));
  dialog.routes.clear();
  alice.sends(alice.within(dialog, "ACK", {}, "sip:bob@example.com"));
  bob.receives("ACK " + bob.contact());
  alice.sends(alice.within(dialog, "BYE", {}, "sip:bob@example.com"));
  bob.sends(bob.answers(bob.receives("BYE " + bob.contact()), 200));
  alice.receives("SIP/2.0 200");
}

TEST_F(RecordRoute, BringsTheAckFor2xxToTheUaThatSentIt) {
  Phone& tablet = edge.udp("bob", "198.51.100.7:40007");
  bob.is_registered();
  tablet.is_registered();
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  alice.receives("SIP/2.0 100");
  bob.receives("INVITE");
  tablet.sends(tablet.answers(tablet.receives("INVITE"), 200));
  Dialog dialog = caller_side(alice.receives("SIP/2.0 200"));
  alice.sends(alice.within(dialog, "ACK"));
  const Packet ack = tablet.receives("ACK " + tablet.contact());
  EXPECT_EQ(ack.all("Via").size(), 2U);
  EXPECT_EQ(ack.header("Max-Forwards"), "69");
  bob.receives_nothing();
}

// RFC 5627 §6.1: the Request-URI is a GRUU and the Route set is ours.
TEST_F(RecordRoute, LeadsToTheGruuInTheRequestUri) {
  alice.is_registered();
  bob.is_registered();
  alice.is_reached_at(alice.aor() + ";gr=" + alice.instance());
  bob.is_reached_at(bob.aor() + ";gr=" + bob.instance());
  EstablishedCall call = establish(alice, "sip:bob@example.com", bob);
  EXPECT_EQ(exchange(alice, call.caller, "INFO", bob).request_uri(), bob.contact());
  EXPECT_EQ(exchange(bob, call.callee, "BYE", alice).request_uri(), alice.contact());
}

// Two lines of one phone, over one flow: the request goes out where it came in.
TEST_F(RecordRoute, BringsTwoLinesOfOneFlowTogether) {
  alice.is_registered();
  std::string office = alice.registers(alice.outbound_params(1));
  office = replaced(office, "To: <sip:alice@", "To: <sip:office@");
  alice.sends(replaced(office, alice.contact(), "sip:office@10.0.0.1:5060"));
  alice.receives("SIP/2.0 200");
  alice.is_reached_at("sip:office@10.0.0.1:5060");
  EstablishedCall call = establish(alice, "sip:office@example.com", alice);
  EXPECT_EQ(call.invite.request_uri(), "sip:office@10.0.0.1:5060");
  alice.sends(alice.within(call.caller, "BYE"));
  alice.sends(alice.answers(alice.receives("BYE sip:office@10.0.0.1:5060 SIP/2.0"), 200));
  alice.receives("SIP/2.0 200");
}

// A NAT gives the callee another port in mid-dialog: what it sends still goes to the caller.
TEST_F(RecordRoute, TellsTheDirectionThoughTheCalleesPortHasChanged) {
  alice.is_registered();
  bob.is_registered();
  EstablishedCall call = establish(alice, "sip:bob@example.com", bob);
  Phone& moved = rebound(bob, "198.51.100.2:50002");
  exchange(moved, call.callee, "BYE", alice);
  bob.receives_nothing();
}

TEST_F(RecordRoute, TellsTheDirectionThoughTheCallersPortHasChanged) {
  alice.is_registered();
  bob.is_registered();
  EstablishedCall call = establish(alice, "sip:bob@example.com", bob);
  Phone& moved = rebound(alice, "198.51.100.1:50001");
  exchange(moved, call.caller, "BYE", bob);
  alice.receives_nothing();
}

// The token proves that we let this dialog pass: nobody who hangs up is turned away as a stranger.
TEST_F(RecordRoute, LetsACallerWhosePortHasChangedHangUpOnACalleeOutside) {
  alice.is_registered();
  EstablishedCall call = establish(alice, "sip:dora@example.net", dora);
  Phone& moved = rebound(alice, "198.51.100.1:50001");
  exchange(moved, call.caller, "BYE", dora);
}

TEST_F(RecordRoute, LetsACalleeWhosePortHasChangedHangUpOnACallerBehindAProxy) {
  bob.is_registered();
  EstablishedCall call = dora_calls_for_somebody_else();
  Phone& moved = rebound(bob, "198.51.100.2:50002");
  exchange(moved, call.callee, "BYE", dora);
}

TEST_F(RecordRoute, LetsACallerWhoseRegistrationHasEndedHangUpOnACalleeOutside) {
  alice.is_registered();
  EstablishedCall call = establish(alice, "sip:dora@example.net", dora);
  edge.passes(2h);
  exchange(alice, call.caller, "BYE", dora);
}

// A GRUU finds the callee at its new port as soon as that is registered.
TEST_F(RecordRoute, LeadsToTheNewFlowOfAGruu) {
  bob.is_registered();
  bob.is_reached_at(bob.aor() + ";gr=" + bob.instance());
  EstablishedCall call = establish(alice, "sip:bob@example.com", bob);
  Phone& moved = rebound(bob, "198.51.100.2:50002");
  moved.is_registered();
  exchange(alice, call.caller, "BYE", moved);
  bob.receives_nothing();
}

// RFC 3261 §16.6 (4): a sips Request-URI asks for a sips Record-Route.
TEST_F(RecordRoute, IsSipsForSips) {
  Phone& carol = edge.tls("carol", "198.51.100.3:40003");
  Phone& dave = edge.tls("dave", "198.51.100.4:40004");
  carol.sends(replaced(carol.registers(carol.outbound_params(1)), "Contact: <sip:", "Contact: <sips:"));
  carol.receives("SIP/2.0 200");
  EstablishedCall call = establish(dave, "sips:carol@example.com", carol);
  EXPECT_THAT(call.invite.request_uri(), StartsWith("sips:carol@198.51.100.3"));
  const auto routes = call.invite.all("Record-Route");
  ASSERT_EQ(routes.size(), 2U);
  for (const std::string& route : routes) EXPECT_THAT(route, StartsWith("<sips:"));
  exchange(carol, call.callee, "BYE", dave);
}

// RFC 5630 §5.3: a request to a sips URI goes over TLS or not at all.
TEST_F(RecordRoute, IsNoExcuseToForwardSipsOverUdp) {
  bob.is_registered();
  Phone& dave = edge.tls("dave", "198.51.100.4:40004");
  dave.sends(dave.opens("MESSAGE", "sips:bob@example.com"));
  dave.receives("SIP/2.0 480");
  bob.receives_nothing();
}

}  // namespace
}  // namespace flowgate::test
