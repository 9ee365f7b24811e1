// An edge proxy on its own: RFC 5626 §5, RFC 3327 §5.2, draft-ietf-sip-outbound-00 §6. The core of the
// network is at 192.0.2.10.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

proxy::Roles edge_before(std::string next_hop) {
  proxy::Roles roles;
  roles.registrar = false;
  roles.next_hop = std::move(next_hop);
  return roles;
}

class EdgeRole : public ::testing::Test {
 protected:
  // The REGISTER as the core sees it; it answers with `lines`.
  Packet registers(Phone& phone, const Lines& lines = {"Require: outbound"}, int reg_id = 1) {
    phone.sends(phone.registers(phone.outbound_params(reg_id)));
    const Packet request = core.receives("REGISTER sip:example.com");
    Lines all{"Contact: " + request.header("Contact") + ";expires=3600"};
    all.insert(all.end(), lines.begin(), lines.end());
    core.sends(core.answers(request, 200, all));
    answer = phone.receives("SIP/2.0 200");
    return request;
  }
  // A request that the core sends down the Path of `registration`.
  std::string down(const Packet& registration, std::string_view method, std::string_view to) {
    return core.opens(method, to, {"Route: " + registration.header("Path")});
  }

  Edge edge{{}, {}, std::nullopt, edge_before("sip:192.0.2.10;lr")};
  Phone& core = edge.udp("core", "192.0.2.10:5060");
  Phone& alice = edge.udp("alice", "198.51.100.1:40000");
  Phone& bob = edge.tcp("bob", "198.51.100.2:40001");
  Packet answer{""};
};

// RFC 5626 §5.1: "the edge proxy [...] inserts its URI in a Path header field value [...] a flow token [...]
// MUST include an 'ob' URI parameter in its Path header field value".
TEST_F(EdgeRole, PutsTheFlowTokenAndObIntoThePathOfARegIdRegistration) {
  const Packet request = registers(alice);
  const std::string path = request.header("Path");
  const std::size_t at = path.find('@');
  ASSERT_EQ(path.substr(0, 5), "<sip:");
  EXPECT_EQ(path.substr(at), "@203.0.113.1:5060;lr;ob>");
  const auto token = edge.tokens().verify(path.substr(5, at - 5));
  ASSERT_TRUE(token);
  EXPECT_EQ(token->flow, alice.flow());
}

// RFC 3327 §5.2: "If the UA has indicated support and the proxy requires the registrar to support the Path
// extension, then the proxy SHOULD insert a Requires header field value for this extension."
TEST_F(EdgeRole, RequiresPathOfTheRegistrarWhenTheUaSupportsIt) {
  EXPECT_THAT(registers(alice).all("Require"), ElementsAre("path"));
}

// A UA that knows of neither Path nor outbound sits behind its NAT all the same.
TEST_F(EdgeRole, PutsATokenWithoutObIntoThePathOfAPlainRegistration) {
  alice.sends(replaced(alice.registers(), "Supported: path, outbound, gruu", "Supported: replaces"));
  const Packet request = core.receives("REGISTER");
  EXPECT_EQ(request.header("Path").substr(request.header("Path").find('@')), "@203.0.113.1:5060;lr>");
  EXPECT_FALSE(request.has("Require"));
  core.sends(core.answers(request, 200, {"Contact: <" + alice.contact() + ">;expires=60"}));
  EXPECT_FALSE(alice.receives("SIP/2.0 200").has("Flow-Timer"));
  core.sends(down(request, "MESSAGE", alice.contact()));
  alice.receives("MESSAGE");
}

// RFC 5626 §5.1: "If the edge proxy is not the first SIP node after the UAC, it MUST NOT place an 'ob' URI
// parameter in a Path header field value."
TEST_F(EdgeRole, PutsNoObIntoThePathBehindAnotherProxy) {
  Phone& outer = edge.udp("outer", "192.0.2.77:5060");
  const std::string first = "<sip:token@192.0.2.77;lr;ob>";
  outer.sends(outer.registers(outer.outbound_params(1),
                              {"Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK-ua", "Path: " + first}));
  const Packet request = core.receives("REGISTER");
  const auto path = request.all("Path");
  ASSERT_EQ(path.size(), 2U);
  EXPECT_THAT(path[0], HasSubstr("@203.0.113.1:5060;lr>"));
  EXPECT_EQ(path[1], first);
  // ... and what comes back goes on to that proxy by its own value.
  core.sends(core.opens("MESSAGE", "sip:carol@10.0.0.9", {"Route: " + path[0], "Route: " + first}));
  EXPECT_THAT(outer.receives("MESSAGE sip:carol@10.0.0.9").all("Route"), ElementsAre(first));
}

// RFC 3327 §5.2: "Intermediate proxies SHOULD NOT add a Path header field to a request unless the UA has
// indicated support for this extension".
TEST_F(EdgeRole, AddsNoPathBehindAnotherProxyThatAddedNone) {
  Phone& outer = edge.udp("outer", "192.0.2.77:5060");
  outer.sends(replaced(outer.registers({}, {"Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK-ua"}),
                       "path, outbound, gruu", "replaces"));
  EXPECT_FALSE(core.receives("REGISTER").has("Path"));
}

// RFC 5626 §5.4: the keepalives of the UA end here, so the Flow-Timer is ours.
TEST_F(EdgeRole, GivesItsOwnFlowTimerToAnOutboundUa) {
  registers(alice, {"Require: outbound", "Flow-Timer: 900"});
  EXPECT_THAT(answer.all("Flow-Timer"), ElementsAre("120"));
  registers(alice, {});
  EXPECT_FALSE(answer.has("Flow-Timer"));
}

// RFC 5626 §5.3: "the proxy MUST send the request over the 'logical flow' saved with the binding" by its
// token.
TEST_F(EdgeRole, SendsDownTheFlowOfTheToken) {
  const Packet request = registers(bob);
  core.sends(down(request, "INVITE", bob.contact()));
  const Packet invite = bob.receives("INVITE");
  EXPECT_FALSE(invite.has("Route"));
  bob.sends(bob.answers(invite, 486));
  core.receives("SIP/2.0 100");
  core.receives("SIP/2.0 486");
}

// RFC 5626 §5.3.1: "If the flow in the flow token no longer exists, the proxy SHOULD send a 430 (Flow Failed)
// response to the request."
TEST_F(EdgeRole, Answers430WhenTheConnectionIsGone) {
  const Packet request = registers(bob);
  edge.breaks(bob);
  core.sends(down(request, "MESSAGE", bob.contact()));
  core.receives("SIP/2.0 430");
  bob.receives_nothing();
}

// draft-ietf-sip-outbound-00 §6.2: "If this flow no longer exists, the proxy SHOULD send a 410 response".
TEST_F(EdgeRole, Answers410WhenTheFlowOfADraftUaIsGone) {
  bob.speaks(Dialect::draft);
  const Packet request = registers(bob, {});
  EXPECT_THAT(request.header("Path"), HasSubstr(";ob"));
  edge.breaks(bob);
  core.sends(down(request, "MESSAGE", bob.contact()));
  core.receives("SIP/2.0 410");
}

// RFC 5626 §5.3: "If the flow token has been tampered with, the proxy SHOULD send a 403 (Forbidden)
// response."
TEST_F(EdgeRole, Answers403ToATokenThatWasTamperedWith) {
  registers(bob);
  core.sends(core.opens("MESSAGE", bob.contact(), {"Route: <sip:AAAAAAAAAAAA@203.0.113.1;lr;ob>"}));
  core.receives("SIP/2.0 403");
}

// §5.4: a flow that was given a Flow-Timer and has been silent for longer counts as gone, before any timeout.
TEST_F(EdgeRole, Answers430WhenTheFlowHasBeenSilentForTooLong) {
  const Packet request = registers(alice);
  edge.passes(std::chrono::seconds{131});
  core.sends(down(request, "MESSAGE", alice.contact()));
  core.receives("SIP/2.0 430");
  edge.core().keepalive(edge.now(), alice.flow());
  core.sends(down(request, "MESSAGE", alice.contact()));
  alice.receives("MESSAGE");
}

// Nobody has promised to keep it alive any more.
TEST_F(EdgeRole, WaitsForNothingOnAFlowThatIsRegisteredWithoutOutboundNow) {
  registers(alice);
  const Packet request = registers(alice, {});
  edge.passes(std::chrono::seconds{131});
  core.sends(down(request, "MESSAGE", alice.contact()));
  alice.receives("MESSAGE");
}

TEST_F(EdgeRole, WaitsForNothingOnAFlowWhoseBindingsAreRemoved) {
  for (const char* params : {";expires=0", ""}) {
    const Packet registered = registers(alice);
    alice.sends(alice.registers(alice.outbound_params(1) + params, {"Expires: 0"}));
    core.sends(core.answers(core.receives("REGISTER"), 200, {"Require: outbound"}));
    alice.receives("SIP/2.0 200");
    edge.passes(std::chrono::seconds{131});
    core.sends(down(registered, "BYE", alice.contact()));
    alice.receives("BYE");
  }
}

// A REGISTER without Contact asks what there is.
TEST_F(EdgeRole, WaitsForKeepalivesWhateverIsAsked) {
  const Packet request = registers(alice);
  alice.sends(replaced(alice.registers(), "Contact: <" + alice.contact() + ">\r\n", ""));
  core.sends(core.answers(core.receives("REGISTER"), 200));
  alice.receives("SIP/2.0 200");
  edge.passes(std::chrono::seconds{131});
  core.sends(down(request, "MESSAGE", alice.contact()));
  core.receives("SIP/2.0 430");
}

// §5.3: Record-Route for both directions; a call between two UAs of the same edge passes it twice.
TEST_F(EdgeRole, KeepsADialogBetweenTwoOfItsUasOnTheirFlows) {
  registers(alice);
  const Packet to_bob = registers(bob);
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  alice.receives("SIP/2.0 100");
  Packet at_core = core.receives("INVITE sip:bob@example.com");
  // The core: a proxy that does not record-route.
  std::string onwards = core.request("INVITE", bob.contact(), {"Route: " + to_bob.header("Path")});
  for (const std::string_view name : {"Via", "Record-Route", "From", "To", "Call-ID", "CSeq", "Contact"}) {
    for (const std::string_view value : at_core.all(name))
      onwards.insert(onwards.find("\r\n\r\n") + 2, std::string(name) + ": " + std::string(value) + "\r\n");
  }
  core.sends(onwards);
  core.receives("SIP/2.0 100");
  const Packet invite = bob.receives("INVITE");
  EXPECT_EQ(invite.all("Record-Route").size(), 4U);
  Dialog callee = callee_side(invite, Packet{bob.answers(invite, 200)});
  bob.sends(bob.within(callee, "BYE"));
  const Packet bye = alice.receives("BYE");
  EXPECT_FALSE(bye.has("Route"));
  Dialog caller = caller_side(Packet{bob.answers(invite, 200)});
  alice.sends(alice.within(caller, "INFO"));
  EXPECT_FALSE(bob.receives("INFO").has("Route"));
}

// What is for nobody here is the core's to decide, whoever asks.
TEST_F(EdgeRole, SendsEverythingElseToItsNextHop) {
  for (const std::string uri : {"sip:bob@example.com", "sip:carol@example.net", "tel:+15551234"}) {
    alice.sends(alice.opens("MESSAGE", uri));
    const Packet request = core.receives("MESSAGE " + uri);
    EXPECT_FALSE(request.has("Route"));
  }
}

// No relay: a stranger's Route is not followed past the core, but the core may follow it.
TEST_F(EdgeRole, SendsAStrangersRouteToItsNextHop) {
  Phone& elsewhere = edge.udp("elsewhere", "192.0.2.66:5060");
  alice.sends(
      alice.opens("MESSAGE", "sip:carol@example.net", {"Route: <sip:203.0.113.1;lr>, <sip:192.0.2.66;lr>"}));
  EXPECT_THAT(core.receives("MESSAGE").all("Route"), ElementsAre("<sip:192.0.2.66;lr>"));
  elsewhere.receives_nothing();
}

// The Route set of a dialog of a UA that is registered through here is followed (RFC 3261 §16.6 (6)).
TEST_F(EdgeRole, FollowsTheRouteOfAUaThatIsRegisteredThroughIt) {
  Phone& other = edge.udp("other", "192.0.2.11:5060");
  registers(alice);
  alice.sends(
      alice.opens("MESSAGE", "sip:carol@example.net", {"Route: <sip:203.0.113.1;lr>, <sip:192.0.2.11;lr>"}));
  other.receives("MESSAGE");
}

TEST_F(EdgeRole, AnswersOptionsToItself) {
  core.sends(core.opens("OPTIONS", "sip:203.0.113.1"));
  core.receives("SIP/2.0 200");
}

// draft-ietf-sip-outbound-00 §7: "the URI parameter 'stun' [...] SHOULD be added to the URI".
TEST(EdgeRoleOfTheDraft, MarksItsUdpUrisWithStun) {
  proxy::Roles roles = edge_before("sip:192.0.2.10;lr");
  roles.stun_parameter = true;
  Edge edge{{}, {}, std::nullopt, roles};
  Phone& core = edge.udp("core", "192.0.2.10:5060");
  Phone& alice = edge.udp("alice", "198.51.100.1:40000");
  alice.sends(alice.registers(alice.outbound_params(1)));
  EXPECT_THAT(core.receives("REGISTER").header("Path"), HasSubstr(";lr;stun;ob>"));
}

}  // namespace
}  // namespace flowgate::test
