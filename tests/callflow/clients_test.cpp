// What real clients send, as seen on the wire.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

const std::string kInstance = "\"<urn:uuid:00000000-0000-1000-8000-0000000000aa>\"";

class Clients : public ::testing::Test {
 protected:
  Edge edge;
  Phone& alice = edge.tcp("alice", "198.51.100.1:40001");
  Phone& bob = edge.udp("bob", "198.51.100.2:5060");
};

class Baresip : public Clients {
 protected:
  // Via with the listening port; a Route that is us; a transport on the domain; a Contact with the process
  // pointer in its user part.
  std::string registers() const {
    return message("REGISTER sip:example.com;transport=tcp SIP/2.0",
                   {"Via: SIP/2.0/TCP 127.0.0.1:30252;branch=z9hG4bK1;rport",
                    "Contact: " + contact + ";expires=60;+sip.instance=" + kInstance + ";reg-id=1",
                    "Max-Forwards: 70", "Route: <sip:203.0.113.1:5060;transport=tcp;lr>",
                    "To: <sip:alice@example.com>", "From: <sip:alice@example.com>;tag=1", "Call-ID: 1",
                    "CSeq: 1 REGISTER", "Supported: gruu, outbound, path"});
  }
  const std::string contact = "<sip:alice-0x562791e4af70@127.0.0.1:30252;transport=tcp>";
};

// Without Require: outbound it never starts its keepalives; expires is read from its own Contact.
TEST_F(Baresip, FindsItsContactAndOutboundInThe200) {
  alice.sends(registers());
  const Packet registered = alice.receives("SIP/2.0 200");
  EXPECT_THAT(registered.header("Contact"),
              StartsWith(contact + ";+sip.instance=" + kInstance + ";reg-id=1;expires=60;"));
  EXPECT_THAT(registered.all("Require"), ElementsAre("outbound"));
  EXPECT_EQ(registered.header("Flow-Timer"), "120");
}

// Its GRUU is the Contact of its dialogs, whole; the account's Route comes with requests outside of them.
TEST_F(Baresip, UsesItsGruuInADialogAndRoutesThroughUs) {
  alice.sends(registers());
  const std::string gruu = param_of(alice.receives("SIP/2.0 200").header("Contact"), "pub-gruu");
  alice.is_reached_at(unquoted(gruu));
  bob.is_registered();
  bob.is_reached_at(bob.aor() + ";gr=" + bob.instance());

  EstablishedCall call = establish(alice, "sip:bob@example.com;transport=tcp", bob,
                                   {"Route: <sip:203.0.113.1:5060;transport=tcp;lr>"});
  EXPECT_FALSE(call.invite.has("Route"));
  exchange(alice, call.caller, "INFO", bob);
  // As callee and caller alike: From without <>.
  call.callee.local = "sip:bob@example.com;tag=" + param_of(call.answer.header("To"), "tag");
  const Packet bye = exchange(bob, call.callee, "BYE", alice);
  EXPECT_EQ(bye.request_uri(), uri_in(contact));
}

// The Route of the account in front of the route set.
TEST_F(Baresip, MayReachAGruuWithThePreloadedRouteOnly) {
  bob.is_registered();
  alice.sends(alice.opens("MESSAGE", bob.aor() + ";gr=" + bob.instance() + ";transport=tcp",
                          {"Route: <sip:203.0.113.1:5060;transport=tcp;lr>"}));
  EXPECT_FALSE(bob.receives("MESSAGE " + bob.contact()).has("Route"));
}

class JsSip : public Clients {
 protected:
  std::string registers(const std::string& call_id) const {
    return message("REGISTER sip:example.com SIP/2.0",
                   {"Via: SIP/2.0/WS 1m3eimf14fju.invalid;branch=z9hG4bK" + call_id, "Max-Forwards: 69",
                    "To: <sip:carol@example.com>", "From: <sip:carol@example.com>;tag=b2",
                    "Call-ID: " + call_id, "CSeq: 1 REGISTER",
                    "Contact: " + contact + ";+sip.ice;reg-id=1;+sip.instance=" + kInstance + ";expires=60",
                    "Expires: 60", "Allow: INVITE,ACK,CANCEL,BYE", "Supported: path,gruu,outbound"});
  }
  const std::string contact = "<sip:g3mcjek4@1m3eimf14fju.invalid;transport=ws>";
  Phone& carol = edge.phone(Protocol::ws, "carol", "198.51.100.3:40003");
};

// A sent-by that nobody resolves, and no rport: the answer comes over its socket.
TEST_F(JsSip, FindsItsContactInThe200) {
  carol.sends(registers("a"));
  const Packet registered = carol.receives("SIP/2.0 200");
  EXPECT_THAT(registered.header("Via"), StartsWith("SIP/2.0/WS 1m3eimf14fju.invalid;branch=z9hG4bKa"));
  EXPECT_THAT(registered.header("Contact"),
              StartsWith(contact + ";+sip.ice;reg-id=1;+sip.instance=" + kInstance + ";expires=60"));
}

// It compares the Request-URI with its Contact byte by byte.
TEST_F(JsSip, IsCalledOverItsSocketAtItsContact) {
  carol.sends(registers("a"));
  carol.receives("SIP/2.0 200");
  EstablishedCall call = establish(bob, "sip:carol@example.com", carol);
  EXPECT_EQ(call.invite.request_uri(), uri_in(contact));
  EXPECT_THAT(call.invite.header("Via"), StartsWith("SIP/2.0/WS 203.0.113.1:8080;"));
}

// A page load: another socket, another Call-ID, the same instance.
TEST_F(JsSip, LeavesNoSecondBindingWhenItComesBack) {
  carol.sends(registers("a"));
  carol.receives("SIP/2.0 200");
  Phone& reloaded = edge.phone(Protocol::ws, "carol", "198.51.100.3:40004");
  reloaded.sends(registers("b"));
  EXPECT_EQ(reloaded.receives("SIP/2.0 200").all("Contact").size(), 1U);
}

// SIP.js up to 0.20.0 registers its GRUU: it must not lead back to us.
TEST_F(Clients, SipJsMayRegisterItsOwnGruu) {
  alice.is_registered();
  const std::string gruu = alice.aor() + ";gr=" + alice.instance();
  alice.sends(replaced(alice.registers(alice.outbound_params(1)), alice.contact(), gruu));
  alice.receives("SIP/2.0 200");
  bob.sends(bob.opens("MESSAGE", "sip:alice@example.com"));
  alice.receives("MESSAGE " + gruu + " SIP/2.0");
}

class Linphone : public Clients {
 protected:
  // To without <>, no reg-id, no path in Supported, no Content-Length, the old Contact taken back.
  std::string registers() const {
    return "REGISTER sip:example.com SIP/2.0\r\n"
           "Via: SIP/2.0/UDP 198.51.100.2:5060;alias;branch=z9hG4bK.1;rport\r\n"
           "From: <sip:bob@example.com>;tag=1\r\nTo: sip:bob@example.com\r\nCSeq: 20 REGISTER\r\n"
           "Call-ID: 1\r\nMax-Forwards: 70\r\nSupported: replaces, outbound, gruu\r\n"
           "Contact: <sip:bob@10.0.0.2:5060>;expires=0;+sip.instance=" +
           kInstance +
           "\r\n"
           "Contact: <sip:bob@198.51.100.2:5060>;+sip.instance=" +
           kInstance +
           "\r\n"
           "Expires: 3600\r\n\r\n";
  }
};

// reg-id is missing: no outbound binding, no Require; but it takes "outbound" in Supported for a sign.
TEST_F(Linphone, IsBoundWithoutOutbound) {
  bob.sends(registers());
  const Packet registered = bob.receives("SIP/2.0 200");
  ASSERT_EQ(registered.all("Contact").size(), 1U);
  EXPECT_EQ(uri_in(registered.header("Contact")), "sip:bob@198.51.100.2:5060");
  EXPECT_THAT(registered.header("Contact"), HasSubstr(";pub-gruu=\""));
  EXPECT_FALSE(registered.has("Require"));
  EXPECT_FALSE(registered.has("Flow-Timer"));
  EXPECT_THAT(registered.header("Supported"), HasSubstr("outbound"));
}

TEST_F(Linphone, SpellsRecordRouteItsOwnWay) {
  bob.sends(registers());
  bob.receives("SIP/2.0 200");
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  alice.receives("SIP/2.0 100");
  const Packet invite = bob.receives("INVITE");
  std::string ringing = bob.answers(invite, 180);
  for (int i = 0; i < 2; ++i) ringing = replaced(ringing, "Record-Route: ", "Record-route: ");
  bob.sends(ringing);
  const Packet passed = alice.receives("SIP/2.0 180");
  EXPECT_THAT(passed.text(), HasSubstr("\r\nRecord-route: " + invite.all("Record-Route")[0] +
                                       "\r\nRecord-route: " + invite.all("Record-Route")[1] + "\r\n"));
}

// Its keepalive, on UDP too.
TEST_F(Clients, LoneCrlfIsSwallowed) {
  for (const char* text : {"\r\n", "\r\n\r\n", "\r\n\r\n\r\n", ""}) bob.sends(text);
  bob.receives_nothing();
  EXPECT_EQ(edge.core().transactions(), 0U);
  bob.sends("\r\n\r\n" + bob.opens("OPTIONS", "sip:example.com"));  // RFC 3261 §7.5
  bob.receives("SIP/2.0 200");
}

// URI parameters in Request-URI, To and From; "outbound" in Supported without a reg-id.
TEST_F(Clients, ZoiperPutsTransportIntoEveryUri) {
  const std::string contact = "<sip:bob@198.51.100.2:5060;rinstance=4f2a;transport=UDP>";
  bob.sends(message("REGISTER sip:example.com;transport=UDP SIP/2.0",
                    {"Via: SIP/2.0/UDP 198.51.100.2:5060;branch=z9hG4bK-1", "Max-Forwards: 70",
                     "Contact: " + contact, "To: <sip:bob@example.com;transport=UDP>",
                     "From: <sip:bob@example.com;transport=UDP>;tag=1", "Call-ID: 1", "CSeq: 1 REGISTER",
                     "Expires: 60", "Supported: replaces, norefersub, sec-agree, outbound, path, gruu"}));
  const Packet registered = bob.receives("SIP/2.0 200");
  EXPECT_EQ(registered.header("Contact"), contact + ";expires=60");
  EXPECT_FALSE(registered.has("Require"));
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com;transport=UDP"));
  bob.receives("MESSAGE " + uri_in(contact) + " SIP/2.0");
}

// Grandstream: reg-id without "outbound" in Supported is ignored (RFC 5626 §6).
TEST_F(Clients, GrandstreamGetsNoRequire) {
  bob.sends(
      replaced(bob.registers(bob.outbound_params(1)), "Supported: path, outbound, gruu", "Supported: path"));
  EXPECT_FALSE(bob.receives("SIP/2.0 200").has("Require"));
}

// sipsak: From, To and Contact without <>; a parameter then belongs to the header field (RFC 3261 §20).
TEST_F(Clients, SipsakSendsNoAngleBrackets) {
  bob.sends(message("REGISTER sip:example.com SIP/2.0",
                    {"Via: SIP/2.0/UDP 198.51.100.2:5060;branch=z9hG4bK.1;rport;alias",
                     "From: sip:bob@example.com;tag=1", "To: sip:bob@example.com", "Call-ID: 1",
                     "CSeq: 1 REGISTER", "Contact: sip:bob@198.51.100.2:5060;expires=600"}));
  const Packet registered = bob.receives("SIP/2.0 200");
  EXPECT_THAT(registered.header("Contact"), HasSubstr("sip:bob@198.51.100.2:5060"));
  EXPECT_THAT(registered.header("Contact"), EndsWith(";expires=600"));
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  bob.receives("MESSAGE sip:bob@198.51.100.2:5060 SIP/2.0");
}

TEST_F(Clients, CompactFormsAreUnderstood) {
  bob.is_registered();
  alice.sends(
      "MESSAGE sip:bob@example.com SIP/2.0\r\nv: SIP/2.0/TCP 198.51.100.1:40001;branch=z9hG4bK1\r\n"
      "f: <sip:alice@example.com>;tag=1\r\nt: <sip:bob@example.com>\r\ni: 1\r\nCSeq: 1 MESSAGE\r\n"
      "Max-Forwards: 70\r\nc: text/plain\r\nl: 2\r\n\r\nhi");
  const Packet message = bob.receives("MESSAGE");
  EXPECT_EQ(message.body(), "hi");
  EXPECT_EQ(message.header("c"), "text/plain");
}

// Twinkle: a query without Contact (RFC 3261 §10.2.3).
TEST_F(Clients, TwinkleFetchesItsRegistration) {
  bob.is_registered();
  std::string query = bob.registers();
  query = replaced(query, "Contact: " + Packet(query).header("Contact") + "\r\n", "");
  bob.sends(query);
  const auto contacts = bob.receives("SIP/2.0 200").all("Contact");
  ASSERT_EQ(contacts.size(), 1U);
  EXPECT_EQ(uri_in(contacts[0]), bob.contact());
}

// Nobody composes presence here: a PUBLISH goes where any request for that AOR goes, and is answered.
TEST_F(Clients, TwinklePublishesItsPresence) {
  bob.is_registered();
  bob.sends(bob.opens("PUBLISH", "sip:bob@example.com", {"Event: presence"}));
  bob.sends(bob.answers(bob.receives("PUBLISH " + bob.contact()), 405));
  bob.receives("SIP/2.0 405");
  alice.sends(alice.opens("PUBLISH", "sip:alice@example.com", {"Event: presence"}));
  alice.receives("SIP/2.0 480");
}

}  // namespace
}  // namespace flowgate::test
