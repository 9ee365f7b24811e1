// REFER (RFC 3515) by GRUU: the transfer of draft-ietf-sip-gruu-04 §4.1 and RFC 5627 §1.
#include "end_to_end.h"
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class Refer : public ::testing::TestWithParam<Dialect> {
 protected:
  Refer() {
    for (Phone* phone : {&a, &b, &b_at_home, &b_over_tcp, &c}) phone->speaks(GetParam());
    b_over_tcp.is_the_device_of(b);
    for (Phone* phone : {&a, &b, &b_at_home, &c}) phone->is_registered(1);
    edge.passes(1s);
    b.is_reached_at(gruu_of(b));
    c.is_reached_at(gruu_of(c));
  }
  std::string gruu_of(const Phone& phone) const {
    const std::string parameter = GetParam() == Dialect::draft ? ";opaque=" : ";gr=";
    return phone.aor() + parameter + phone.instance();
  }

  Edge edge;
  Phone& a = edge.udp("a", "192.0.2.1:5060");
  Phone& b = edge.udp("b", "192.0.2.2:5060");
  Phone& b_at_home = edge.udp("b", "192.0.2.3:5060");
  Phone& b_over_tcp = edge.tcp("b", "192.0.2.2:40001");
  Phone& c = edge.udp("c", "192.0.2.4:5060");
};

INSTANTIATE_TEST_SUITE_P(Words, Refer, ::testing::Values(Dialect::draft, Dialect::rfc),
                         [](const auto& info) { return info.param == Dialect::draft ? "draft" : "rfc"; });

// "user A sends a REFER to user C [...] Refer-To: (URI that identifies B's UA) [...] this call needs to route
// to the specific UA instance which user B is using to talk to user A."
TEST_P(Refer, TransfersTheCallToThePhoneThatItWasOn) {
  a.sends(a.opens("INVITE", "sip:b@example.com"));
  a.receives("SIP/2.0 100");
  const Packet invite = b.receives("INVITE");
  b_at_home.receives("INVITE");
  b.sends(b.answers(invite, 200));
  const std::string target_of_b = uri_in(a.receives("SIP/2.0 200").header("Contact"));
  ASSERT_EQ(target_of_b, gruu_of(b));
  b_at_home.forgets();
  EstablishedCall second = establish(a, "sip:c@example.com", c);

  const std::string refer_to = "Refer-To: <" + target_of_b + ">";
  a.sends(a.within(second.caller, "REFER", {refer_to}));
  const Packet refer = c.receives("REFER " + c.contact());
  EXPECT_EQ("Refer-To: " + refer.header("Refer-To"), refer_to);
  c.sends(c.answers(refer, 202));
  a.receives("SIP/2.0 202");

  c.sends(c.opens("INVITE", uri_in(refer.header("Refer-To"))));
  c.receives("SIP/2.0 100");
  b.receives("INVITE " + b.contact());
  b_at_home.receives_nothing();
}

TEST_P(Refer, IsUntouchedOnItsWay) {
  const std::string sent =
      a.opens("REFER", gruu_of(c),
              {"r: \"B, \\\"at\\\" work\" <" + gruu_of(b) +
                   "?Replaces=90abc%40192.0.2.1%3Bto-tag%3D1%3Bfrom-tag%3D2&Require=replaces>;x=\"<,;>\"",
               "Referred-By: <sip:a@example.com> ; cid=\"20398823.2UWQFN309shb3@referror.example\"",
               "Supported: norefersub, tdialog,  gruu", "Accept: message/sipfrag;version=2.0"});
  a.sends(sent);
  const Packet refer = c.receives("REFER " + c.contact());
  EXPECT_EQ(end_to_end(refer), end_to_end(sent));

  const std::string accepted = c.answers(refer, 202, {"Refer-Sub: false", "Supported: norefersub, gruu"});
  c.sends(accepted);
  EXPECT_EQ(end_to_end(a.receives("SIP/2.0 202")), end_to_end(accepted));
}

// RFC 5627 §6.1, draft-gruu §8.4.1: one contact of one instance, whatever it was registered with.
TEST_P(Refer, ToAGruuIsNeverForked) {
  b_over_tcp.is_registered(2);
  a.sends(a.opens("REFER", gruu_of(b), {"Refer-To: <" + gruu_of(c) + ">"}));
  b_over_tcp.sends(b_over_tcp.answers(b_over_tcp.receives("REFER"), 603));
  a.receives("SIP/2.0 603");
  b.receives_nothing();
  b_at_home.receives_nothing();
}

TEST_P(Refer, ToTheAorIsForked) {
  a.sends(a.opens("REFER", "sip:b@example.com", {"Refer-To: <" + gruu_of(c) + ">"}));
  b.receives("REFER");
  b_at_home.receives("REFER");
}

// RFC 5627 §6.1: "a request sent to a GRUU SHOULD NOT be redirected."
TEST_P(Refer, IsNotSentElsewhereWhenTheInstanceRedirectsIt) {
  a.sends(a.opens("REFER", gruu_of(b), {"Refer-To: <" + gruu_of(c) + ">"}));
  std::string moved = b.answers(b.receives("REFER"), 302);
  moved = replaced(moved, "Contact: <" + gruu_of(b) + ">", "Contact: <" + b_at_home.contact() + ">");
  b.sends(moved);
  EXPECT_EQ(end_to_end(a.receives("SIP/2.0 302")), end_to_end(moved));
  b_at_home.receives_nothing();
}

// What the instance says of a method or an extension is its own affair.
TEST_P(Refer, RefusedByTheInstanceIsRefusedInItsWords) {
  const std::vector<std::pair<int, Lines>> refusals{{405, {"Allow: INVITE, ACK, BYE, CANCEL"}},
                                                    {420, {"Unsupported: norefersub, tdialog"}},
                                                    {421, {"Require: norefersub"}},
                                                    {403, {}}};
  for (const auto& [status, lines] : refusals) {
    a.sends(a.opens("REFER", gruu_of(b), {"Refer-To: <" + gruu_of(c) + ">", "Require: norefersub, tdialog"}));
    const std::string refusal = b.answers(b.receives("REFER"), status, lines);
    b.sends(refusal);
    EXPECT_EQ(end_to_end(a.receives("SIP/2.0 " + std::to_string(status))), end_to_end(refusal));
  }
}

}  // namespace
}  // namespace flowgate::test
