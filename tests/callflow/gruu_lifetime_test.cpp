// What GRUUs of a domain are like, how long they are valid and whom they reach: RFC 5627 §5, §6.1 and §10.2.
#include <set>

#include "sip/uri.h"
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class GruuLifetime : public ::testing::Test {
 protected:
  static std::string in(const Packet& registered, std::string_view param) {
    return unquoted(param_of(registered.header("Contact"), param));
  }
  int status_of_message_to(const std::string& uri) {
    caller.sends(caller.opens("MESSAGE", uri));
    return caller.receives("SIP/2.0").status();
  }
  void reaches(const std::string& uri, Phone& phone) {
    caller.sends(caller.opens("MESSAGE", uri));
    phone.sends(phone.answers(phone.receives("MESSAGE " + phone.contact()), 200));
    caller.receives("SIP/2.0 200");
  }

  Edge edge;
  Phone& caller = edge.udp("caller", "192.0.2.20:5060");
  Phone& callee = edge.udp("callee", "192.0.2.1:5060");
};

// §5.1: "The likelihood that the temporary GRUU is equal to another GRUU that the registrar has created MUST
// be vanishingly small."
TEST_F(GruuLifetime, EachTemporaryGruuIsAnotherOne) {
  std::set<std::string> seen;
  for (int i = 0; i < 500; ++i) seen.insert(in(callee.is_registered(1), "temp-gruu"));
  EXPECT_EQ(seen.size(), 500U);
}

// §5.4: "if two GRUUs are associated with different AORs or different instance IDs or both, the GRUUs MUST be
// different based on URI equality comparison."
TEST_F(GruuLifetime, GruusOfTwoInstancesAndOfTwoAorsDiffer) {
  Phone& tablet = edge.udp("callee", "192.0.2.3:5060");
  Phone& namesake = edge.udp("other", "192.0.2.4:5060");
  namesake.is_the_device_of(callee);
  const Packet first = callee.is_registered(1);
  std::string second = tablet.is_registered(1).all("Contact").back();
  const Packet third = namesake.is_registered(1);
  for (const char* param : {"pub-gruu", "temp-gruu"}) {
    const std::set<std::string> gruus{in(first, param), unquoted(param_of(second, param)), in(third, param)};
    EXPECT_EQ(gruus.size(), 3U) << param;
  }
}

// The same for instance-ids that differ in nothing but case where their URN tells case apart; RFC 3261
// §19.1.4 compares URI parameters without case.
TEST_F(GruuLifetime, GruusOfInstancesThatDifferInCaseDiffer) {
  std::vector<std::string> gruus;
  for (const std::string instance : {"urn:example:Desk", "urn:example:desk"}) {
    callee.sends(callee.registers(";reg-id=1;+sip.instance=\"<" + instance + ">\""));
    gruus.push_back(unquoted(param_of(callee.receives("SIP/2.0 200").all("Contact").back(), "pub-gruu")));
  }
  const auto first = sip::Uri::parse(gruus[0]), second = sip::Uri::parse(gruus[1]);
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(sip::equivalent(*first, *second)) << gruus[0] << " and " << gruus[1];
}

// §5.4: "A GRUU in a domain MUST NOT be equivalent, based on URI comparison, to any AOR in a domain except
// for the one associated with the GRUU": what is left of a temporary GRUU without its gr is nobody's AOR.
TEST_F(GruuLifetime, NobodyRegistersTheTemporaryGruuOfAnother) {
  Phone& mallory = edge.udp("mallory", "192.0.2.66:5060");
  const std::string gruu = in(callee.is_registered(1), "temp-gruu");
  const std::string aor = gruu.substr(0, gruu.find(';'));
  mallory.sends(replaced(mallory.registers(), "To: <sip:mallory@example.com>", "To: <" + aor + ">"));
  EXPECT_GE(mallory.receives("SIP/2.0").status(), 400);
}

// §10.2: without gr a temporary GRUU "is not equal to any AOR. The request will be rejected." A public one is
// the AOR then.
TEST_F(GruuLifetime, WithoutGrAPublicGruuIsTheAorAndATemporaryOneIsNobody) {
  const Packet registered = callee.is_registered(1);
  const std::string temporary = in(registered, "temp-gruu"), pub = in(registered, "pub-gruu");
  EXPECT_GE(status_of_message_to(temporary.substr(0, temporary.find(';'))), 400);
  EXPECT_EQ(pub.substr(0, pub.find(';')), callee.aor());
  reaches(callee.aor(), callee);
}

// §6.1: "The gr URI parameter is not carried forward into the rewritten Request-URI."
TEST_F(GruuLifetime, GrIsNotInTheRewrittenRequestUri) {
  const Packet registered = callee.is_registered(1);
  for (const char* param : {"pub-gruu", "temp-gruu"}) {
    caller.sends(caller.opens("MESSAGE", in(registered, param)));
    EXPECT_EQ(callee.receives("MESSAGE").request_uri(), callee.contact()) << param;
  }
}

// §5.3: "If, however, the GRUU was a public GRUU, the registrar SHOULD continue to treat the GRUU as valid.
// Consequently, subsequent requests [...] SHOULD return a 480"; a temporary one "MUST be invalidated". §5.4:
// valid "for the duration that the AOR itself is valid".
TEST_F(GruuLifetime, APublicGruuOutlivesTheRegistrationAndATemporaryOneDoesNot) {
  const Packet registered = callee.is_registered(1);
  const std::string pub = in(registered, "pub-gruu"), temporary = in(registered, "temp-gruu");
  callee.sends(callee.registers(callee.outbound_params(1) + ";expires=0"));
  callee.receives("SIP/2.0 200");
  EXPECT_EQ(status_of_message_to(pub), 480);
  EXPECT_EQ(status_of_message_to(temporary), 404);

  EXPECT_EQ(in(callee.is_registered(1), "pub-gruu"), pub);
  reaches(pub, callee);
  EXPECT_EQ(status_of_message_to(temporary), 404);
}

// §5.1: with "*" and an expiration of zero "all contacts, not just those with a specific instance ID, are
// deleted", which "removes the binding of each contact to the AOR and the binding of each contact to its
// GRUUs". draft-gruu §7.1.2.1.
TEST_F(GruuLifetime, AStarUnbindsEveryInstanceFromItsGruus) {
  Phone& tablet = edge.udp("callee", "192.0.2.3:5060");
  const std::string pub = in(callee.is_registered(1), "pub-gruu");
  const std::string tablets = unquoted(param_of(tablet.is_registered(1).all("Contact").back(), "pub-gruu"));
  callee.sends(replaced(callee.registers({}, {"Expires: 0"}), "<" + callee.contact() + ">", "*"));
  EXPECT_FALSE(callee.receives("SIP/2.0 200").has("Contact"));
  EXPECT_EQ(edge.location().size(), 0U);
  EXPECT_EQ(status_of_message_to(pub), 480);
  EXPECT_EQ(status_of_message_to(tablets), 480);
}

// §5.2: "The registrar SHOULD NOT include the gruu option tag in the Require [...] header field of the
// response."
TEST_F(GruuLifetime, TheOptionTagIsNotRequiredInThe200) {
  const Packet registered = callee.is_registered(1);
  for (const std::string& tags : registered.all("Require")) EXPECT_THAT(tags, Not(HasSubstr("gruu")));
}

// §6.1: "a request sent to a GRUU SHOULD NOT be redirected": it is proxied, also where there are several
// flows.
TEST_F(GruuLifetime, ARequestToAGruuIsProxiedAndNotRedirected) {
  Phone& second = edge.tcp("callee", "192.0.2.1:40001");
  second.is_the_device_of(callee);
  const std::string pub = in(callee.is_registered(1), "pub-gruu");
  edge.passes(1s);
  second.is_registered(2);
  reaches(pub, second);
  caller.receives_nothing();
}

// §6.1 (2), without reg-id: after a 430 "the proxy SHOULD retry with the next most recently refreshed
// contact".
TEST_F(GruuLifetime, AnOlderContactIsTriedAfterThe430OfTheNewerOne) {
  Phone& rebooted = edge.udp("callee", "192.0.2.2:5060");
  const std::string instance = ";+sip.instance=\"<" + callee.instance() + ">\"";
  callee.sends(callee.registers(instance));
  const std::string pub = in(callee.receives("SIP/2.0 200"), "pub-gruu");
  edge.passes(1s);
  rebooted.sends(rebooted.registers(instance));
  rebooted.receives("SIP/2.0 200");
  caller.sends(caller.opens("MESSAGE", pub));
  rebooted.sends(rebooted.answers(rebooted.receives("MESSAGE"), 430));
  reaches(pub, callee);
}

// §6.1: "If there are no registered contacts bound to the GRUU, the server MUST return a 480". In a dialog
// that names a flow that lives, RFC 5626 §5.3.1 comes first: "forwards the request over the 'logical flow'
// identified by the flow token"; so the call can be ended.
TEST_F(GruuLifetime, WithinADialogTheFlowOutlivesTheRegistration) {
  const std::string pub = in(callee.is_registered(1), "pub-gruu");
  callee.is_reached_at(pub);
  EstablishedCall call = establish(caller, callee.aor(), callee);
  callee.sends(callee.registers(callee.outbound_params(1) + ";expires=0"));
  callee.receives("SIP/2.0 200");
  EXPECT_EQ(status_of_message_to(pub), 480);
  exchange(caller, call.caller, "BYE", callee);
}

}  // namespace
}  // namespace flowgate::test
