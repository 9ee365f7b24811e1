// A call between two registered phones, from INVITE to BYE, and what may come in between.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

// The route set of the caller (RFC 3261 §12.1.2: reversed) and of the callee (§12.1.1), as Route lines.
std::vector<std::string> caller_routes(const Packet& response) {
  std::vector<std::string> routes;
  for (const std::string& route : response.all("Record-Route"))
    routes.insert(routes.begin(), "Route: " + route);
  return routes;
}
std::vector<std::string> callee_routes(const Packet& request) {
  std::vector<std::string> routes;
  for (const std::string& route : request.all("Record-Route")) routes.push_back("Route: " + route);
  return routes;
}

std::vector<std::string> in_dialog(std::vector<std::string> routes, const Packet& answer, bool callee,
                                   const std::string& cseq) {
  const std::string from = answer.header("From"), to = answer.header("To");
  routes.insert(routes.end(), {"From: " + (callee ? to : from), "To: " + (callee ? from : to),
                               "Call-ID: " + answer.header("Call-ID"), "CSeq: " + cseq});
  return routes;
}

class Call : public ::testing::TestWithParam<Protocol> {
 protected:
  Phone& phone(std::string name, std::string_view address) {
    switch (GetParam()) {
      case Protocol::tcp:
        return edge.tcp(std::move(name), address);
      case Protocol::tls:
        return edge.tls(std::move(name), address);
      default:
        return edge.udp(std::move(name), address);
    }
  }
  Edge edge;
  Phone& alice = phone("alice", "198.51.100.1:40001");
  Phone& bob = phone("bob", "198.51.100.2:40002");
};

INSTANTIATE_TEST_SUITE_P(Transports, Call, ::testing::Values(Protocol::udp, Protocol::tcp, Protocol::tls),
                         [](const auto& info) { return std::string(uri_name(info.param)); });

TEST_P(Call, RunsFromInviteToByeOverTheFlowsThatWereRegistered) {
  alice.is_registered();
  bob.is_registered();

  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  alice.receives("SIP/2.0 100");
  const Packet invite = bob.receives("INVITE " + bob.contact());
  EXPECT_EQ(invite.header("Max-Forwards"), "69");
  ASSERT_EQ(invite.all("Record-Route").size(), 2U);
  bob.sends(bob.answers(invite, 180));
  alice.receives("SIP/2.0 180");
  bob.sends(bob.answers(invite, 200));
  const Packet answer = alice.receives("SIP/2.0 200");
  EXPECT_EQ(answer.all("Via").size(), 1U);

  alice.sends(alice.request("ACK", bob.contact(), in_dialog(caller_routes(answer), answer, false, "1 ACK")));
  const Packet ack = bob.receives("ACK " + bob.contact());
  EXPECT_FALSE(ack.has("Route"));

  bob.sends(bob.request("BYE", alice.contact(), in_dialog(callee_routes(invite), answer, true, "1 BYE")));
  const Packet bye = alice.receives("BYE " + alice.contact());
  EXPECT_FALSE(bye.has("Route"));
  alice.sends(alice.answers(bye, 200));
  bob.receives("SIP/2.0 200");

  edge.passes(5min);
  EXPECT_EQ(edge.core().transactions(), 0U);
}

TEST_P(Call, EndsByTheCallerToo) {
  alice.is_registered();
  bob.is_registered();
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  alice.receives("SIP/2.0 100");
  const Packet invite = bob.receives("INVITE");
  bob.sends(bob.answers(invite, 200));
  const Packet answer = alice.receives("SIP/2.0 200");
  alice.sends(alice.request("BYE", bob.contact(), in_dialog(caller_routes(answer), answer, false, "2 BYE")));
  const Packet bye = bob.receives("BYE " + bob.contact());
  bob.sends(bob.answers(bye, 200));
  alice.receives("SIP/2.0 200");
}

TEST_P(Call, IsCancelledWhileItRings) {
  bob.is_registered();
  const std::string invite_text = alice.opens("INVITE", "sip:bob@example.com");
  alice.sends(invite_text);
  alice.receives("SIP/2.0 100");
  const Packet invite = bob.receives("INVITE");
  bob.sends(bob.answers(invite, 180));
  alice.receives("SIP/2.0 180");

  const Packet sent{invite_text};
  alice.sends(message("CANCEL sip:bob@example.com SIP/2.0",
                      {"Via: " + sent.header("Via"), "Max-Forwards: 70", "From: " + sent.header("From"),
                       "To: " + sent.header("To"), "Call-ID: " + sent.header("Call-ID"), "CSeq: 1 CANCEL"}));
  alice.receives("SIP/2.0 200");
  const Packet cancel = bob.receives("CANCEL " + bob.contact());
  EXPECT_EQ(cancel.all("Via"), std::vector<std::string>{invite.header("Via")});
  bob.sends(bob.answers(cancel, 200));
  bob.sends(bob.answers(invite, 487));
  bob.receives("ACK " + bob.contact());
  const Packet final = alice.receives("SIP/2.0 487");
  alice.sends(message("ACK sip:bob@example.com SIP/2.0",
                      {"Via: " + sent.header("Via"), "Max-Forwards: 70", "From: " + sent.header("From"),
                       "To: " + final.header("To"), "Call-ID: " + sent.header("Call-ID"), "CSeq: 1 ACK"}));
  bob.receives_nothing();
  alice.receives_nothing();
  edge.passes(5min);
  EXPECT_EQ(edge.core().transactions(), 0U);
}

}  // namespace
}  // namespace flowgate::test
