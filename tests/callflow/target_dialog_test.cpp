// Target-Dialog: the call flow of draft-ietf-sip-target-dialog §9, RFC 4538. Server-A is this edge.
#include "end_to_end.h"
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class TargetDialog : public ::testing::Test {
 protected:
  TargetDialog() {
    edge.resolves("example.org", "198.51.100.7:5061");
    a.speaks(Dialect::draft);
    const Packet registered = a.is_registered(1);
    const std::string gruu = unquoted(param_of(registered.header("Contact"), "gruu"));
    gruu_of_a = "sips" + gruu.substr(gruu.find(':')) + ";grid=99a";
    a.is_reached_at(gruu_of_a);
  }
  // (1) to (7): A calls B through Server-B; the 200 as A gets it.
  Packet call() {
    a.sends(a.opens("INVITE", "sips:B@example.org",
                    {"Supported: gruu, tdialog", "Allow: INVITE, OPTIONS, BYE, CANCEL, ACK, REFER"}));
    a.receives("SIP/2.0 100");
    const Packet invite = server_b.receives("INVITE sips:B@example.org");
    EXPECT_EQ(uri_in(invite.header("Contact")), gruu_of_a);
    EXPECT_EQ(invite.header("Supported"), "gruu, tdialog");
    server_b.sends(server_b.answers(invite, 200));
    const Packet answer = a.receives("SIP/2.0 200");
    Dialog dialog = caller_side(answer);
    a.sends(a.within(dialog, "ACK"));
    server_b.receives("ACK");
    return answer;
  }
  std::string target_dialog(const Packet& answer) const {
    return "Target-Dialog: " + answer.header("Call-ID") +
           ";local-tag=" + param_of(answer.header("From"), "tag") +
           ";remote-tag=" + param_of(answer.header("To"), "tag");
  }

  Edge edge;
  Phone& a = edge.tls("A", "192.0.2.1:40001");
  Phone& server_b = edge.tls("serverB", "198.51.100.7:5061");
  std::string gruu_of_a;
};

// (8) to (11): "This REFER will be delivered to server A because it was sent to the GRUU. From there, it is
// forwarded to user agent A".
TEST_F(TargetDialog, LetsAServerReferTheCallerByItsGruu) {
  const Packet answer = call();
  const std::string sent = server_b.opens(
      "REFER", gruu_of_a,
      {target_dialog(answer), "Refer-To: http://serverB.example.org/ui-component.html", "Require: tdialog",
       "Allow: INVITE, OPTIONS, BYE, CANCEL, ACK, NOTIFY", "Event: refer"});
  server_b.sends(sent);
  const Packet refer = a.receives("REFER " + a.contact() + ";grid=99a SIP/2.0");
  EXPECT_EQ(end_to_end(refer), end_to_end(sent));
  a.sends(a.answers(refer, 200));
  server_b.receives("SIP/2.0 200");
}

// §3: "User B would like to learn the other participants in the conference. So, it sends a SUBSCRIBE request
// to user A".
TEST_F(TargetDialog, StandsInASubscribeToo) {
  const Packet answer = call();
  const std::string sent = server_b.opens(
      "SUBSCRIBE", gruu_of_a,
      {"target-dialog : " + answer.header("Call-ID") + " ; Remote-Tag=x;local-tag=y;other=\"z;\"",
       "Event: conference", "Require: tdialog"});
  server_b.sends(sent);
  EXPECT_EQ(end_to_end(a.receives("SUBSCRIBE")), end_to_end(sent));
}

// §3: with Require a UAS that does not support it says 420, without "probably [...] 403". §5: "Proxy behavior
// is unaffected by this specification."
TEST_F(TargetDialog, RefusedIsRefusedByTheUaAlone) {
  const Packet answer = call();
  const std::vector<std::pair<std::string, int>> cases{{"Require: tdialog", 420},
                                                       {"Supported: tdialog", 403}};
  for (const auto& [line, status] : cases) {
    server_b.sends(
        server_b.opens("REFER", gruu_of_a, {target_dialog(answer), "Refer-To: <sip:c@example.org>", line}));
    const std::string refusal = a.answers(a.receives("REFER"), status, {"Unsupported: tdialog"});
    a.sends(refusal);
    EXPECT_EQ(end_to_end(server_b.receives("SIP/2.0 " + std::to_string(status))), end_to_end(refusal));
  }
}

// The same dialog in mid-call: §3 lets a UAC fall back to it.
TEST_F(TargetDialog, IsNotNeededWithinTheDialog) {
  a.sends(a.opens("INVITE", "sips:B@example.org"));
  a.receives("SIP/2.0 100");
  const Packet invite = server_b.receives("INVITE");
  const Packet answer{server_b.answers(invite, 200)};
  server_b.sends(answer.text());
  a.receives("SIP/2.0 200");
  Dialog dialog = callee_side(invite, answer);
  server_b.sends(server_b.within(dialog, "REFER", {"Refer-To: <sip:c@example.org>"}));
  a.receives("REFER " + a.contact() + ";grid=99a SIP/2.0");
}

}  // namespace
}  // namespace flowgate::test
