// A registrar and authoritative proxy behind edge proxies of other makes: a UA with a flow through each of
// two edges. RFC 5626 §6 and §7, RFC 5627 §6, RFC 3327 §5.
#include "callflow/registrar_alone.h"

namespace flowgate::test {
namespace {

class AuthoritativeProxy : public ::testing::Test {
 protected:
  static constexpr std::string_view kContact = "sip:carol@10.0.0.5:5060;transport=tcp";
  static constexpr std::string_view kWestPath = "<sip:flow7@198.51.100.20;lr;ob>";
  static constexpr std::string_view kEastPath = "<sip:flow9@198.51.100.21;lr;ob>";

  // A REGISTER of carol's, as it comes from that edge.
  Packet registers(Phone& through, std::string_view path, int reg_id,
                   std::string_view supported = "path, outbound, gruu") {
    const std::string n = std::to_string(++registrations);
    through.sends(through.request(
        "REGISTER", "sip:example.com",
        {"Via: SIP/2.0/TCP 10.0.0.5:5060;branch=z9hG4bK-carol" + n + ";received=192.0.2.5",
         "Path: " + std::string(path), "From: <sip:carol@example.com>;tag=1", "To: <sip:carol@example.com>",
         "Call-ID: carol-" + std::to_string(reg_id), "CSeq: " + n + " REGISTER",
         "Contact: <" + std::string(kContact) + ">;reg-id=" + std::to_string(reg_id) +
             ";+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000000000005>\"",
         "Supported: " + std::string(supported)}));
    edge.passes(1s);
    return through.receives("SIP/2.0 200");
  }
  void registers_through_both() {
    registers(west, kWestPath, 1);
    registers(east, kEastPath, 2);
  }
  // The request that has come through that edge to carol.
  Packet arrives(Phone& through, std::string_view method) {
    return through.receives(std::string(method) + " " + std::string(kContact) + " SIP/2.0");
  }

  Edge edge{{}, {}, std::nullopt, registrar_alone()};
  Phone& west = edge.udp("west", "198.51.100.20:5060");
  Phone& east = edge.udp("east", "198.51.100.21:5060");
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  int registrations = 0;
};

// RFC 5626 §6: the binding is that of instance-id and reg-id; its Contact URI and Path are stored with it.
TEST_F(AuthoritativeProxy, HasABindingForEachFlowThoughTheContactIsTheSame) {
  registers(west, kWestPath, 1);
  const Packet second = registers(east, kEastPath, 2);
  EXPECT_EQ(second.all("Contact").size(), 2U);
  EXPECT_THAT(second.all("Path"), ElementsAre(kEastPath));
  EXPECT_THAT(second.all("Require"), ElementsAre("outbound"));
  EXPECT_FALSE(second.has("Flow-Timer"));  // §5.4: that of the proxy next to the UA
}

// RFC 5626 §6: without "ob" in the first hop's Path "the registrar MUST ignore the reg-id parameter".
TEST_F(AuthoritativeProxy, HasOneBindingForTheContactWhereTheEdgeLacksOutbound) {
  registers(west, "<sip:198.51.100.20;lr>", 1, "path, gruu");
  const Packet second = registers(east, "<sip:198.51.100.21;lr>", 2, "path, gruu");
  EXPECT_EQ(second.all("Contact").size(), 1U);
  EXPECT_FALSE(second.has("Require"));
  alice.sends(alice.opens("MESSAGE", "sip:carol@example.com"));
  EXPECT_THAT(arrives(east, "MESSAGE").all("Route"), ElementsAre("<sip:198.51.100.21;lr>"));
}

// RFC 5626 §7: "The proxy MUST NOT populate the target set with more than one contact with the same AOR and
// instance-id at a time." "[It] uses [...] the value of any stored Path header field vector in the
// registration binding to decide how to forward and populate the Route".
// §6: only "if the registrar is not the first hop" does it look for Path and "ob".
TEST_F(AuthoritativeProxy, IsTheFirstHopOfAUaThatReachesItDirectly) {
  Phone& bob = edge.tcp("bob", "198.51.100.2:40002");
  EXPECT_THAT(bob.is_registered().all("Require"), ElementsAre("outbound"));
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  bob.receives("MESSAGE");
}

TEST_F(AuthoritativeProxy, SendsThroughOneEdgeAtATimeAlongThePathOfTheBinding) {
  registers_through_both();
  alice.sends(alice.opens("INVITE", "sip:carol@example.com"));
  EXPECT_THAT(arrives(east, "INVITE").all("Route"), ElementsAre(kEastPath));
  west.receives_nothing();
}

class OtherEdgeAfter : public AuthoritativeProxy, public ::testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(Status, OtherEdgeAfter, ::testing::Values(430, 408));

// RFC 5626 §7 and §11.5: "the proxy SHOULD replace the failed branch with another target [...] with the same
// AOR and instance-id, but a different reg-id".
TEST_P(OtherEdgeAfter, ReceivesTheRequestAlongItsOwnPath) {
  registers_through_both();
  alice.sends(alice.opens("MESSAGE", "sip:carol@example.com"));
  east.sends(east.answers(arrives(east, "MESSAGE"), GetParam()));
  const Packet message = arrives(west, "MESSAGE");
  EXPECT_THAT(message.all("Route"), ElementsAre(kWestPath));
  west.sends(west.answers(message, 200));
  alice.receives("SIP/2.0 200");
  alice.receives_nothing();
}

// RFC 4320 §4.1: the 100 is the edge's, and its UA has said nothing.
TEST_F(AuthoritativeProxy, TriesTheOtherEdgeWhenTheUaIsSilentBehindTheFirst) {
  registers_through_both();
  alice.sends(alice.opens("MESSAGE", "sip:carol@example.com"));
  east.sends(east.answers(arrives(east, "MESSAGE"), 100));
  edge.passes(5s);
  alice.forgets();
  west.sends(west.answers(arrives(west, "MESSAGE"), 200));
  alice.receives("SIP/2.0 200");
}

// That to an INVITE is the UA's own, perhaps.
TEST_F(AuthoritativeProxy, WaitsForTheUaWhoseEdgeIsTryingToReachIt) {
  registers_through_both();
  alice.sends(alice.opens("INVITE", "sip:carol@example.com"));
  alice.receives("SIP/2.0 100");
  east.sends(east.answers(arrives(east, "INVITE"), 100));
  edge.passes(1min);
  west.receives_nothing();
}

class NoOtherEdgeAfter : public AuthoritativeProxy, public ::testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(Status, NoOtherEdgeAfter, ::testing::Values(200, 302, 401, 403, 404, 486, 500, 603));

// RFC 5626 §7: "a final response from a branch other than a 408 (Request Timeout) or a 430 (Flow Failed)
// response, the proxy MUST NOT forward the same request to another target representing the same AOR and
// instance-id".
TEST_P(NoOtherEdgeAfter, AFinalResponseOfTheInstance) {
  registers_through_both();
  alice.sends(alice.opens("MESSAGE", "sip:carol@example.com"));
  east.sends(east.answers(arrives(east, "MESSAGE"), GetParam()));
  alice.receives("SIP/2.0 " + std::to_string(GetParam()));
  west.receives_nothing();
}

// RFC 5627 §6.2: a terminating authoritative proxy, a dialog-forming request, a URI in the location service,
// a contact with an instance-id, a registration with a Path: "then the authoritative proxy MUST
// record-route".
TEST_F(AuthoritativeProxy, RecordRoutesTowardsAnInstanceBehindAPath) {
  const Packet registered = registers(west, kWestPath, 1);
  const std::string gruu = unquoted(param_of(registered.header("Contact"), "pub-gruu"));
  for (const std::string& uri : {std::string("sip:carol@example.com"), gruu}) {
    alice.sends(alice.opens("INVITE", uri));
    const auto routes = arrives(west, "INVITE").all("Record-Route");
    ASSERT_FALSE(routes.empty()) << uri;
    EXPECT_THAT(routes.front(), HasSubstr("203.0.113.1:5060;lr"));
  }
}

// RFC 5627 §6.2: an originating authoritative proxy, a dialog-forming request with a valid GRUU of its domain
// in Contact and with Record-Route: "then the authoritative proxy MUST record-route".
TEST_F(AuthoritativeProxy, RecordRoutesForACallerAtItsGruuBehindAnEdge) {
  const Packet registered = registers(west, kWestPath, 1);
  const std::string gruu = unquoted(param_of(registered.header("Contact"), "pub-gruu"));
  Phone& bob = edge.udp("bob", "198.51.100.2:5060");
  bob.sends(bob.registers());
  bob.receives("SIP/2.0 200");
  west.is_reached_at(gruu);
  west.sends(west.opens("INVITE", "sip:bob@example.com",
                        {"Via: SIP/2.0/TCP 10.0.0.5:5060;branch=z9hG4bK-call;received=192.0.2.5",
                         "Record-Route: <sip:flow7@198.51.100.20;lr>"}));
  const auto routes = bob.receives("INVITE").all("Record-Route");
  ASSERT_GE(routes.size(), 2U);
  EXPECT_THAT(routes.front(), HasSubstr("203.0.113.1:5060;lr"));
  EXPECT_EQ(routes.back(), "<sip:flow7@198.51.100.20;lr>");
}

// A call to carol through west, which record-routes as RFC 5626 §5.3.1 has it.
class CallThroughAnEdge : public AuthoritativeProxy {
 protected:
  CallThroughAnEdge() {
    gruu = unquoted(param_of(registers(west, kWestPath, 1).header("Contact"), "pub-gruu"));
  }
  // carol is called from `caller` and answers with that Contact: the caller's side.
  Dialog is_answered(Phone& caller, const std::string& contact, const Lines& lines = {}) {
    caller.sends(caller.opens("INVITE", "sip:carol@example.com", lines));
    caller.receives("SIP/2.0 100");
    invite = arrives(west, "INVITE");
    const std::string answer =
        replaced(west.answers(invite, 200),
                 "Record-Route: ", "Record-Route: " + std::string(kWest) + "\r\nRecord-Route: ");
    west.sends(replaced(answer, west.contact(), contact));
    return caller_side(caller.receives("SIP/2.0 200"));
  }
  // A request of the caller's in the dialog comes to west, on the way to carol.
  void goes_through_west(Phone& caller, Dialog& dialog, const std::string& method) {
    caller.sends(caller.within(dialog, method));
    const Packet request = arrives(west, method);
    EXPECT_THAT(request.all("Route"), ElementsAre(kWest));
    if (method == "ACK") return;
    west.sends(west.answers(request, 200));
    caller.receives("SIP/2.0 200");
  }
  static constexpr std::string_view kWest = "<sip:flow7@198.51.100.20;lr>";
  std::string gruu;
  Packet invite;
};

// RFC 3261 §16.6 (6): the requests in the dialog go where the route set says.
TEST_F(CallThroughAnEdge, FollowsTheRouteSetOfTheDialog) {
  alice.sends(alice.registers());
  alice.receives("SIP/2.0 200");
  Dialog dialog = is_answered(alice, std::string(kContact));
  goes_through_west(alice, dialog, "ACK");
  goes_through_west(alice, dialog, "BYE");
}

// ... whoever has called: a request of a dialog that was let in is not relayed, it belongs here.
TEST_F(CallThroughAnEdge, FollowsTheRouteSetOfTheDialogOfAStranger) {
  Dialog dialog = is_answered(alice, std::string(kContact));
  goes_through_west(alice, dialog, "ACK");
  goes_through_west(alice, dialog, "BYE");
}

// ... and when the caller is behind an edge, too: both ends are ours, neither is next to us.
TEST_F(CallThroughAnEdge, FollowsTheRouteSetBetweenTwoEdges) {
  const std::string kEast = "<sip:flow9@198.51.100.21;lr>";
  east.is_reached_at("sip:dave@10.0.0.6:5060;transport=tcp");
  Dialog dialog = is_answered(
      east, std::string(kContact),
      {"Via: SIP/2.0/TCP 10.0.0.6:5060;branch=z9hG4bK-dave;received=192.0.2.6", "Record-Route: " + kEast});
  dialog.routes.erase(dialog.routes.begin());  // its own, which it takes away
  goes_through_west(east, dialog, "ACK");

  const Packet answer{west.answers(invite, 200)};
  Dialog callee = callee_side(invite, answer);
  EXPECT_THAT(exchange(west, callee, "BYE", east).all("Route"), ElementsAre(kEast));
}

// RFC 5627 §6.1: a GRUU in a mid-dialog request is looked up as any other; "if the received request has Route
// header field values beyond the one pointing to the authoritative proxy itself [...], the Path URI MUST be
// discarded".
TEST_F(CallThroughAnEdge, ResolvesTheGruuAndDiscardsThePathWithinTheDialog) {
  alice.sends(alice.registers());
  alice.receives("SIP/2.0 200");
  Dialog dialog = is_answered(alice, gruu);
  ASSERT_EQ(dialog.target, gruu);
  goes_through_west(alice, dialog, "BYE");
}

// draft-ietf-sip-outbound-00 §8: "Part way through the call, the flow to the Primary proxy is lost. The BYE
// message for the call is rerouted to the callee via the Backup proxy." The callee is known by its GRUU.
TEST_F(CallThroughAnEdge, IsEndedThroughTheOtherEdgeWhenItsOwnHasDied) {
  registers(east, kEastPath, 2);
  registers(west, kWestPath, 1);
  Dialog dialog = is_answered(alice, gruu);
  alice.sends(alice.within(dialog, "ACK"));
  arrives(west, "ACK");
  alice.sends(alice.within(dialog, "BYE"));
  arrives(west, "BYE");  // ... and west is silent for ever
  edge.passes(6s);
  const Packet bye = arrives(east, "BYE");
  EXPECT_THAT(bye.all("Route"), ElementsAre(kEastPath));
  east.sends(east.answers(bye, 200));
  while (alice.waiting() > 1) alice.receives("SIP/2.0 100");
  alice.receives("SIP/2.0 200");
}

// The UA has registered anew since the call began, over another flow with the same edge: the Route of the
// dialog names one that is gone (RFC 5626 §7). What is said of that one is not said of the binding.
TEST_F(CallThroughAnEdge, IsEndedOverTheFlowOfTheBindingWhenThatOfTheDialogIsGone) {
  Dialog dialog = is_answered(alice, gruu);
  alice.sends(alice.within(dialog, "ACK"));
  arrives(west, "ACK");
  const std::string_view path = "<sip:flow8@198.51.100.20;lr;ob>";
  registers(west, path, 1);

  alice.sends(alice.within(dialog, "BYE"));
  const Packet first = arrives(west, "BYE");
  EXPECT_THAT(first.all("Route"), ElementsAre(kWest));
  west.sends(west.answers(first, 430));
  const Packet second = arrives(west, "BYE");
  EXPECT_THAT(second.all("Route"), ElementsAre(path));
  west.sends(west.answers(second, 200));
  alice.receives("SIP/2.0 200");
  EXPECT_EQ(edge.location().size(), 1U);

  // ... and when both are, the binding goes.
  alice.sends(alice.within(dialog, "INFO"));
  west.sends(west.answers(arrives(west, "INFO"), 430));
  west.sends(west.answers(arrives(west, "INFO"), 430));
  alice.receives("SIP/2.0 480");
  EXPECT_EQ(edge.location().size(), 0U);
}

// RFC 5627 §6.1: out of the dialog the Path is the way to the GRUU, as it is to the AOR.
TEST_F(CallThroughAnEdge, TakesThePathToTheGruuOutsideTheDialog) {
  alice.sends(alice.opens("REFER", gruu, {"Refer-To: <sip:dora@example.net>"}));
  EXPECT_THAT(arrives(west, "REFER").all("Route"), ElementsAre(kWestPath));
}

}  // namespace
}  // namespace flowgate::test
