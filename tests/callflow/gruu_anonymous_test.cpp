// GRUUs that hide their AOR, for UAs that speak the draft: draft-ietf-sip-gruu-04 §3 ("the anonymous
// property") and appendix A.2.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

registrar::Options anonymous() {
  registrar::Options options;
  options.anonymous_gruus = true;
  return options;
}

class AnonymousGruu : public ::testing::Test {
 protected:
  AnonymousGruu() {
    callee.speaks(Dialect::draft);
    rebooted.speaks(Dialect::draft);
    rebooted.is_the_device_of(callee);
  }
  static std::string in(const Packet& registered) {
    return unquoted(param_of(registered.header("Contact"), "gruu"));
  }
  void answers_a_message(const std::string& uri, Phone& phone, const std::string& request_uri) {
    caller.sends(caller.opens("MESSAGE", uri));
    phone.sends(phone.answers(phone.receives("MESSAGE " + request_uri + " SIP/2.0"), 200));
    caller.receives("SIP/2.0 200");
  }

  Edge edge{{}, anonymous()};
  Phone& caller = edge.udp("caller", "192.0.2.20:5060");
  Phone& callee = edge.udp("callee", "192.0.2.1:5060");
  Phone& other = edge.udp("callee", "192.0.2.9:5060");
  Phone& rebooted = edge.udp("callee", "192.0.2.2:5060");
};

TEST_F(AnonymousGruu, ShowsNeitherAorNorInstance) {
  const Packet registered = callee.is_registered(1);
  EXPECT_EQ(registered.header("Require"), "gruu");
  const std::string gruu = in(registered);
  EXPECT_THAT(gruu, StartsWith("sip:"));
  EXPECT_THAT(gruu, EndsWith("@example.com"));
  EXPECT_THAT(gruu, Not(HasSubstr("callee")));
  EXPECT_THAT(gruu, Not(HasSubstr(callee.instance().substr(9))));
}

// §8.4.1, with the grid.
TEST_F(AnonymousGruu, LeadsToItsInstanceAlone) {
  const std::string gruu = in(callee.is_registered(1));
  other.is_registered(1);
  answers_a_message(gruu, callee, callee.contact());
  answers_a_message(gruu + ";grid=99a", callee, callee.contact() + ";grid=99a");
  other.receives_nothing();
}

// §7.1.1.2: "even if the UA lets the contact expire, when it re-registers it at any later time, the registrar
// will normally provide the same GRUU". §8.4.1: 480 in between.
TEST_F(AnonymousGruu, IsTheSameAfterTheRegistrationAndARebootWithAnotherCallId) {
  const std::string gruu = in(callee.is_registered(1));
  EXPECT_EQ(in(callee.is_registered(1)), gruu);
  edge.passes(2h);
  caller.sends(caller.opens("MESSAGE", gruu));
  caller.receives("SIP/2.0 480");
  EXPECT_EQ(in(rebooted.is_registered(1)), gruu);
  answers_a_message(gruu, rebooted, rebooted.contact());
}

TEST_F(AnonymousGruu, IsTheRemoteTargetOfACall) {
  callee.is_reached_at(in(callee.is_registered(1)) + ";grid=1");
  EstablishedCall call = establish(caller, "sip:callee@example.com", callee);
  EXPECT_EQ(exchange(caller, call.caller, "BYE", callee).request_uri(), callee.contact() + ";grid=1");
}

// RFC 5627 §5.1: "The public GRUU MUST be constructed by adding the gr URI parameter, with a value, to the
// AOR": what is configured for the draft changes nothing for the RFC.
TEST_F(AnonymousGruu, IsNotForUasThatSpeakTheRfc) {
  other.speaks(Dialect::rfc);
  const std::string contact = other.is_registered(1).header("Contact");
  EXPECT_EQ(unquoted(param_of(contact, "pub-gruu")), "sip:callee@example.com;gr=" + other.instance());
  EXPECT_THAT(param_of(contact, "temp-gruu"), StartsWith("\"sip:tgruu."));
  EXPECT_EQ(param_of(contact, "gruu"), "");
}

// RFC 5627 §5.4: nobody takes it for his AOR.
TEST_F(AnonymousGruu, IsNobodysAor) {
  const std::string gruu = in(callee.is_registered(1));
  other.sends(replaced(other.registers(), "To: <sip:callee@example.com>", "To: <" + gruu + ">"));
  other.receives("SIP/2.0 404");
}

}  // namespace
}  // namespace flowgate::test
