// What is asked of a sips URI goes over TLS, or not at all: RFC 3261 §26.2.2, RFC 5630.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class Sips : public ::testing::Test {
 protected:
  // REGISTER of bob with this Contact; RFC 5630 §5.2: sips in all or in none.
  static std::string registers(Phone& phone, const std::string& uri, std::string_view params = {}) {
    const std::string text = replaced(phone.registers(params), "<" + phone.contact() + ">", "<" + uri + ">");
    return uri.starts_with("sips:") ? replaced(text, "REGISTER sip:", "REGISTER sips:") : text;
  }
  Packet is_bound(Phone& phone, const std::string& uri, std::string_view params = {}) {
    phone.sends(registers(phone, uri, params));
    return phone.receives("SIP/2.0 200");
  }

  Edge edge;
  Phone& alice = edge.tls("alice", "198.51.100.1:40001");
  Phone& desk = edge.udp("bob", "198.51.100.2:5060");
  Phone& secure_desk = edge.tls("bob", "198.51.100.2:5061");  // the same phone, where it listens for TLS
  Phone& cell = edge.udp("bob", "198.51.100.3:5060");
};

// RFC 5630 §5.3: "the proxy MUST only forward or retarget the request to a SIPS Request-URI".
TEST_F(Sips, ReachesTheBindingsWithASipsContactOnly) {
  is_bound(desk, "sips:bob@198.51.100.2");
  is_bound(cell, "sip:bob@198.51.100.3");
  alice.sends(alice.opens("MESSAGE", "sips:bob@example.com"));
  const Packet message = secure_desk.receives("MESSAGE sips:bob@198.51.100.2 ");
  EXPECT_THAT(message.header("Via"), StartsWith("SIP/2.0/TLS "));
  cell.receives_nothing();
  secure_desk.sends(secure_desk.answers(message, 200));
  alice.receives("SIP/2.0 200");
}

// "The proxy MUST use TLS to forward the request to the UAS."
TEST_F(Sips, OfAContactIsAnsweredForInARequestToASipUri) {
  is_bound(desk, "sips:bob@198.51.100.2");
  is_bound(cell, "sip:bob@198.51.100.3");
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  EXPECT_THAT(secure_desk.receives("INVITE").header("Via"), StartsWith("SIP/2.0/TLS "));
  EXPECT_THAT(cell.receives("INVITE").header("Via"), StartsWith("SIP/2.0/UDP "));
}

// "the proxy MUST replace that SIPS scheme with a SIP scheme while leaving the rest of the URI as is, and use
// the resulting URI as the Request-URI of the forwarded request."
TEST_F(Sips, OfAContactIsSipInARequestToASipUri) {
  is_bound(desk, "sips:bob@198.51.100.2;x=1");
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  secure_desk.receives("INVITE sip:bob@198.51.100.2;x=1 ");
}

// "If the proxy needs to reject the request for that reason, the proxy MUST reject it with a 480 (Temporarily
// Unavailable) response."
TEST_F(Sips, Is480WhereNoContactIsSips) {
  is_bound(desk, "sip:bob@198.51.100.2;transport=tls");
  is_bound(cell, "sip:bob@198.51.100.3");
  alice.sends(alice.opens("MESSAGE", "sips:bob@example.com"));
  alice.receives("SIP/2.0 480");
  secure_desk.receives_nothing();
  cell.receives_nothing();
}

// "If the target UAS had registered previously using a SIP Contact header field instead of a SIPS Contact
// header field, the proxy MUST NOT forward the request to the URI indicated in the Contact header field":
// whatever its flow is.
TEST_F(Sips, Is480WhereTheContactOfATlsFlowIsSip) {
  Phone& soft = edge.tls("bob", "198.51.100.4:40004");
  is_bound(soft, "sip:bob@198.51.100.4", soft.outbound_params(1));
  alice.sends(alice.opens("MESSAGE", "sips:bob@example.com"));
  alice.receives("SIP/2.0 480");
  soft.receives_nothing();
}

TEST_F(Sips, ReachesTheTlsFlowOfASipsContact) {
  Phone& soft = edge.tls("bob", "198.51.100.4:40004");
  is_bound(soft, "sips:bob@198.51.100.4", soft.outbound_params(1));
  alice.sends(alice.opens("MESSAGE", "sips:bob@example.com"));
  soft.sends(soft.answers(soft.receives("MESSAGE sips:bob@198.51.100.4 "), 200));
  alice.receives("SIP/2.0 200");
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  soft.receives("MESSAGE sip:bob@198.51.100.4 ");
}

// RFC 3261 §16.6 (7): "Independent of which URI is being used as input to the procedures of [4], if the
// Request-URI specifies a SIPS resource, the proxy MUST follow the procedures of [4] as if the input URI were
// a SIPS URI."
TEST_F(Sips, LooksForTheNextHopOfASipRouteAsOfASipsOne) {
  Phone& proxy = edge.tls("dora", "198.51.100.9:5061");
  alice.is_registered();
  alice.sends(alice.opens("MESSAGE", "sips:dora@example.org", {"Route: <sip:198.51.100.9;lr>"}));
  const Packet message = proxy.receives("MESSAGE sips:dora@example.org ");
  EXPECT_EQ(message.header("Route"), "<sip:198.51.100.9;lr>");
  alice.sends(alice.opens("MESSAGE", "sip:dora@example.org", {"Route: <sip:198.51.100.3;lr>"}));
  cell.receives("MESSAGE");
}

TEST_F(Sips, IsNotSentAlongARouteThatAsksForUdp) {
  alice.is_registered();
  alice.sends(
      alice.opens("MESSAGE", "sips:dora@example.org", {"Route: <sip:198.51.100.3;lr;transport=udp>"}));
  EXPECT_GE(alice.receives("SIP/2.0").status(), 400);
  cell.receives_nothing();
}

// The route set of a dialog was recorded by proxies that did as they must; one that is both edge and in front
// of a registrar in a network of its own recorded a sip URI on that side.
TEST_F(Sips, FollowsTheRouteSetOfADialogAsItIs) {
  alice.is_registered();
  alice.sends(replaced(alice.opens("BYE", "sips:dora@example.org", {"Route: <sip:198.51.100.3;lr>"}),
                       "To: <sips:dora@example.org>", "To: <sips:dora@example.org>;tag=2"));
  cell.receives("BYE");
}

// A token does not excuse it: the binding has gone, the flow is there, and is UDP.
TEST_F(Sips, OfAGruuIsNotSentDownAFlowWithoutTls) {
  const Packet registered = cell.is_registered();
  const std::string gruu = unquoted(param_of(registered.header("Contact"), "pub-gruu"));
  cell.sends(cell.registers(cell.outbound_params(1), {"Expires: 0"}));
  cell.receives("SIP/2.0 200");
  std::string token;
  edge.tokens().mint(cell.flow(), TokenClaims{Dialect::rfc, true}, token);
  const Lines route = {"Route: <sip:" + token + "@203.0.113.1;lr>"};
  alice.sends(alice.opens("MESSAGE", replaced(gruu, "sip:", "sips:"), route));
  alice.receives("SIP/2.0 480");
  cell.receives_nothing();
  alice.sends(alice.opens("MESSAGE", gruu, route));
  cell.receives("MESSAGE");
}

// §5.2.1: "If the Contact header field in the REGISTER request contains a SIPS URI, the registrar MUST return
// the SIPS version of the GRUU." To and From are not looked at.
TEST_F(Sips, OfAContactIsThatOfItsGruus) {
  const auto gruu_of = [](const Packet& registered, std::string_view name) {
    return std::string(unquoted(param_of(registered.header("Contact"), name)));
  };
  const Packet sips = is_bound(secure_desk, "sips:bob@198.51.100.2", secure_desk.outbound_params(1));
  EXPECT_THAT(gruu_of(sips, "pub-gruu"), StartsWith("sips:bob@example.com;gr="));
  EXPECT_THAT(gruu_of(sips, "temp-gruu"), StartsWith("sips:"));
  const Packet sip = is_bound(alice, "sip:alice@198.51.100.1", alice.outbound_params(1));
  EXPECT_THAT(gruu_of(sip, "pub-gruu"), StartsWith("sip:alice@example.com;gr="));
  EXPECT_THAT(gruu_of(sip, "temp-gruu"), StartsWith("sip:"));
}

}  // namespace
}  // namespace flowgate::test
