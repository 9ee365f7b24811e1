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

}  // namespace
}  // namespace flowgate::test
