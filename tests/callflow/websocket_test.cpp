// WebSocket clients: RFC 7118. Nobody can connect to them, and they do not know their address.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class WebSocketFlow : public ::testing::TestWithParam<Protocol> {
 protected:
  // As a browser sends it: no rport, a host that does not exist, and "ws" over TLS as well.
  std::string registers(std::string_view params = {}) {
    const std::string via = "Via: SIP/2.0/" + std::string(via_name(GetParam()));
    std::string text = replaced(web.registers(params), "<" + web.contact() + ">", "<" + contact + ">");
    const auto begin = text.find(via);
    EXPECT_NE(begin, std::string::npos);
    return text.replace(begin, text.find("\r\n", begin) - begin,
                        via + " df7jal23ls0d.invalid;branch=z9hG4bKweb");
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& web = edge.phone(GetParam(), "bob", "198.51.100.2:40000");
  const std::string contact = "sip:q7u2@df7jal23ls0d.invalid;transport=ws";
};

INSTANTIATE_TEST_SUITE_P(PlainAndSecure, WebSocketFlow, ::testing::Values(Protocol::ws, Protocol::wss),
                         [](const auto& info) { return std::string(via_name(info.param)); });

TEST_P(WebSocketFlow, IsAnsweredOverItsConnectionWithoutAnRport) {
  web.sends(registers());
  const Packet answer = web.receives("SIP/2.0 200");
  EXPECT_THAT(answer.header("Via"),
              StartsWith("SIP/2.0/" + std::string(via_name(GetParam())) + " df7jal23ls0d.invalid;"));
  EXPECT_THAT(answer.header("Via"), Not(HasSubstr("rport")));
}

// A Contact that nobody can resolve: only the flow leads there, with outbound or without.
TEST_P(WebSocketFlow, IsReachedDownItsFlowOnly) {
  web.sends(registers());
  web.receives("SIP/2.0 200");
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  const Packet message = web.receives("MESSAGE " + contact + " SIP/2.0");
  EXPECT_THAT(message.header("Via"),
              StartsWith("SIP/2.0/" + std::string(via_name(GetParam())) + " 203.0.113.1:8"));
  web.sends(web.answers(message, 200));
  alice.receives("SIP/2.0 200");
  edge.breaks(web);
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  alice.receives("SIP/2.0 480");
}

// RFC 7118 §5.2.
TEST_P(WebSocketFlow, HasARecordRouteThatSaysWs) {
  web.sends(registers());
  web.receives("SIP/2.0 200");
  alice.sends(alice.opens("INVITE", "sip:bob@example.com"));
  const auto routes = web.receives("INVITE").all("Record-Route");
  ASSERT_EQ(routes.size(), 2U);
  EXPECT_THAT(routes[0],
              HasSubstr("@203.0.113.1:" + std::string(GetParam() == Protocol::ws ? "8080" : "8443") +
                        ";transport=ws;lr"));
  EXPECT_THAT(routes[1], Not(HasSubstr("transport=ws")));
}

TEST_P(WebSocketFlow, IsNoWayForARequestToItsContact) {
  alice.sends(alice.opens("MESSAGE", "sip:bob@198.51.100.2:40000;transport=ws"));
  const Packet refusal = alice.receives("SIP/2.0 ");
  EXPECT_THAT(refusal.start_line(), ::testing::ContainsRegex("SIP/2.0 [45]"));
  web.receives_nothing();
}

// RFC 7118 §9.2, RFC 5630: WebSocket over TLS is a hop over TLS, without TLS it is none.
class SipsWebSocket : public ::testing::Test {
 protected:
  void is_bound(Phone& web) {
    web.sends(replaced(replaced(web.registers(web.outbound_params(1)), "<" + web.contact() + ">",
                                "<sips:q7u2@df7jal23ls0d.invalid;transport=ws>"),
                       "REGISTER sip:", "REGISTER sips:"));
    web.receives("SIP/2.0 200");
  }
  Edge edge;
  Phone& alice = edge.tls("alice", "198.51.100.1:40001");
};

TEST_F(SipsWebSocket, CarriesOverTlsWhatIsAskedOfASipsUri) {
  Phone& web = edge.phone(Protocol::wss, "bob", "198.51.100.2:40000");
  is_bound(web);
  alice.sends(alice.opens("INVITE", "sips:bob@example.com"));
  const Packet invite = web.receives("INVITE sips:q7u2@");
  EXPECT_THAT(invite.all("Record-Route").front(),
              ::testing::MatchesRegex("<sips:[^@]+@203.0.113.1:8443;transport=ws;lr>"));
}

TEST_F(SipsWebSocket, DoesNotCarryItWithoutTls) {
  Phone& web = edge.phone(Protocol::ws, "bob", "198.51.100.2:40000");
  is_bound(web);
  alice.sends(alice.opens("MESSAGE", "sips:bob@example.com"));
  alice.receives("SIP/2.0 480");
  web.receives_nothing();
}

}  // namespace
}  // namespace flowgate::test
