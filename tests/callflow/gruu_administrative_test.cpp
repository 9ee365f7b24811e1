// GRUUs that are configured: draft-ietf-sip-gruu-04 §7.2, RFC 5627 §3.2. A voicemail server that does not
// register.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

registrar::Options configured() {
  registrar::Options options;
  options.administrative_gruus = {{"sip:callee@example.com;opaque=voicemail", "sip:vm@192.0.2.30:5070"},
                                  {"sip:machine@example.com;gr", "sip:127.0.0.1:5070"},
                                  {"sip:edge@example.com;gr=self", ""}};
  return options;
}

class AdministrativeGruu : public ::testing::Test {
 protected:
  AdministrativeGruu() { callee.is_registered(1); }
  const std::string gruu = "sip:callee@example.com;opaque=voicemail", own = "sip:edge@example.com;gr=self";
  Edge edge{{}, configured()};
  Phone& caller = edge.udp("caller", "192.0.2.20:5060");
  Phone& callee = edge.udp("callee", "192.0.2.1:5060");
  Phone& voicemail = edge.udp("vm", "192.0.2.30:5070");
};

// "The proxy serving the domain is configured with the GRUU, and with the contact it should be translated
// to."
TEST_F(AdministrativeGruu, LeadsToItsContactAndNowhereElse) {
  caller.sends(caller.opens("INVITE", gruu));
  caller.receives("SIP/2.0 100");
  const Packet invite = voicemail.receives("INVITE sip:vm@192.0.2.30:5070 SIP/2.0");
  voicemail.sends(voicemail.answers(invite, 486));
  voicemail.receives("ACK");
  caller.receives("SIP/2.0 486");
  callee.receives_nothing();
}

// §8.4.1; §7.2: "the GRUU will also need to be configured into the UA instance": its remote target.
TEST_F(AdministrativeGruu, IsARemoteTargetWithAGrid) {
  voicemail.is_reached_at(gruu + ";grid=message-7");
  EstablishedCall call = establish(caller, gruu + ";grid=message-7", voicemail);
  EXPECT_EQ(call.invite.request_uri(), "sip:vm@192.0.2.30:5070;grid=message-7");
  EXPECT_EQ(exchange(caller, call.caller, "BYE", voicemail).request_uri(),
            "sip:vm@192.0.2.30:5070;grid=message-7");
}

// What a peer says never leads to what listens on this host's loopback (this_host_test.cpp); the
// configuration may.
TEST_F(AdministrativeGruu, MayBeOnTheSameHost) {
  Phone& answering_machine = edge.udp("machine", "127.0.0.1:5070");
  answering_machine.is_reached_at("sip:machine@example.com;gr");
  EstablishedCall call = establish(caller, "sip:machine@example.com;gr", answering_machine);
  EXPECT_EQ(exchange(caller, call.caller, "BYE", answering_machine).request_uri(), "sip:127.0.0.1:5070");
}

// No open relay: a stranger's Route set leads nobody elsewhere.
TEST_F(AdministrativeGruu, IsReachedWhateverRouteTheRequestHas) {
  Phone& victim = edge.udp("victim", "198.51.100.66:5060");
  caller.sends(
      caller.opens("MESSAGE", gruu, {"Route: <sip:203.0.113.1;lr>", "Route: <sip:198.51.100.66;lr>"}));
  EXPECT_FALSE(voicemail.receives("MESSAGE").has("Route"));
  victim.receives_nothing();
}

TEST_F(AdministrativeGruu, OfAUserLeavesTheUserAlone) {
  caller.sends(caller.opens("MESSAGE", "sip:callee@example.com"));
  callee.receives("MESSAGE");
  voicemail.receives_nothing();
}

TEST_F(AdministrativeGruu, WhoseContactCannotBeReachedIsTemporarilyUnavailable) {
  registrar::Options options;
  options.administrative_gruus = {{gruu, "sip:vm@nowhere.example"}};
  Edge other{{}, options};
  Phone& someone = other.udp("someone", "192.0.2.20:5060");
  someone.sends(someone.opens("MESSAGE", gruu));
  someone.receives("SIP/2.0 480");
}

// "the GRUU routes directly to the server, and there is no need for a translation of the GRUU to a contact."
TEST_F(AdministrativeGruu, OfThisProcessIsAnsweredHere) {
  caller.sends(caller.opens("OPTIONS", own));
  EXPECT_TRUE(caller.receives("SIP/2.0 200").has("Allow"));
  caller.sends(caller.opens("OPTIONS", "sip:edge@example.com"));
  caller.receives("SIP/2.0 480");
}

// RFC 3261 §8.2.1: "the UAS MUST generate a 405 (Method Not Allowed) response [...] The Allow header field
// MUST list the set of methods supported by the UAS".
TEST_F(AdministrativeGruu, OfThisProcessIsAskedForNothingElse) {
  for (const char* method : {"INVITE", "MESSAGE", "SUBSCRIBE", "REFER"}) {
    const std::string request = caller.opens(method, own);
    caller.sends(request);
    const Packet refusal = caller.receives("SIP/2.0 405");
    EXPECT_EQ(refusal.header("Allow"), "OPTIONS");
    if (std::string_view{method} == "INVITE") caller.sends(caller.acknowledges(request, refusal));
  }
  Dialog stray = caller_side(Packet{caller.answers(Packet{caller.opens("INVITE", own)}, 200)});
  caller.sends(caller.within(stray, "ACK", {}, own));
  caller.receives_nothing();
}

}  // namespace
}  // namespace flowgate::test
