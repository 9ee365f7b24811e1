#include "conf/listener.h"

#include "tests/unit/conf/config_fixture.h"

namespace flowgate::conf {
namespace {

using ListenerTest = ConfigTest;

constexpr auto form = "PROTOCOL:ADDRESS:PORT, such as udp:0.0.0.0:5060 or \"tcp:[::]:5060\"";

TEST_F(ListenerTest, UdpTcpAndTlsOverIpv4AndIpv6) {
  const Config config = loaded_with(
      "listen: [udp:0.0.0.0:5060, \"tcp:[2001:db8::1]:5070\", TLS:192.0.2.1:5061]\n"
      "tls: {certificate: c.pem, private_key: k.pem}\n");
  ASSERT_EQ(config.listen.size(), 3U);
  EXPECT_EQ(config.listen[0].protocol, Protocol::udp);
  EXPECT_EQ(config.listen[0].local, *Endpoint::from("0.0.0.0", 5060));
  EXPECT_EQ(config.listen[0].text, "udp:0.0.0.0:5060");
  EXPECT_EQ(config.listen[1].protocol, Protocol::tcp);
  EXPECT_EQ(config.listen[1].local, *Endpoint::from("2001:db8::1", 5070));
  EXPECT_EQ(config.listen[2].protocol, Protocol::tls);
  EXPECT_EQ(config.listen[2].local.port, 5061);
  EXPECT_TRUE(config.listens(Protocol::tls));
  EXPECT_FALSE(config.listens(Protocol::ws));
}

TEST_F(ListenerTest, WebSocketIsAProtocolOfItsOwnPlainAndSecure) {
  const Config config = loaded_with(
      "listen: [ws:0.0.0.0:8080, \"wss:[::]:8443\"]\ntls: {certificate: c.pem, private_key: k.pem}\n");
  EXPECT_EQ(config.listen[0].protocol, Protocol::ws);
  EXPECT_EQ(config.listen[1].protocol, Protocol::wss);
  EXPECT_TRUE(config.needs_tls());
  EXPECT_EQ(refusal_with("listen: [wss:0.0.0.0:8443]\n"),
            "flowgate.yaml:2:9: listen: 'wss:0.0.0.0:8443' needs tls.certificate and tls.private_key");
  EXPECT_EQ(refusal_with("listen: [ws:0.0.0.0:8080, tcp:0.0.0.0:8080]\n"),
            "flowgate.yaml:2:27: listen: 'tcp:0.0.0.0:8080' has the address of 'ws:0.0.0.0:8080'");
}

TEST_F(ListenerTest, TheHostIsAnIpLiteral) {
  for (const std::string bad : {"udp:example.com:5060", "udp:::1:5060", "udp:[192.0.2.1]:5060", "udp:[]:5060",
                                "udp::5060", "udp:192.0.2.256:5060", "udp:*:5060"}) {
    EXPECT_EQ(refusal_with("listen: [\"" + bad + "\"]\n"),
              "flowgate.yaml:2:10: listen: expected an IPv4 address, or an IPv6 address in brackets, between "
              "the colons, "
              "found '" +
                  bad + "'");
  }
}

TEST_F(ListenerTest, ThePortIsANumberUpTo65535) {
  EXPECT_EQ(loaded_with("listen: [udp:127.0.0.1:0]\n").listen[0].local.port, 0);
  EXPECT_EQ(loaded_with("listen: [udp:127.0.0.1:65535]\n").listen[0].local.port, 65535);
  for (const std::string bad :
       {"udp:127.0.0.1:65536", "udp:127.0.0.1:", "udp:127.0.0.1:sip", "udp:127.0.0.1:-1"}) {
    EXPECT_EQ(refusal_with("listen: [\"" + bad + "\"]\n"),
              "flowgate.yaml:2:10: listen: expected a port from 0 to 65535 behind the last colon, found '" +
                  bad + "'");
  }
}

TEST_F(ListenerTest, TheFormIsProtocolAddressPort) {
  EXPECT_EQ(
      refusal_with("listen: [sctp:0.0.0.0:5060]\n"),
      "flowgate.yaml:2:10: listen: expected udp, tcp, tls, ws or wss in front of the first colon, found "
      "'sctp:0.0.0.0:5060'");
  EXPECT_EQ(refusal_with("listen: [\"5060\"]\n"),
            std::string("flowgate.yaml:2:10: listen: expected ") + form + ", found '5060'");
  EXPECT_EQ(refusal_with("listen: [{udp: 5060}]\n"),
            std::string("flowgate.yaml:2:10: listen: expected ") + form + ", found a mapping");
  EXPECT_EQ(refusal_with("listen: udp:0.0.0.0:5060\n"),
            "flowgate.yaml:2:9: listen: expected a list of listeners, found 'udp:0.0.0.0:5060'");
}

TEST_F(ListenerTest, TwoListenersDoNotShareASocketAddress) {
  EXPECT_EQ(refusal_with("listen: [tcp:0.0.0.0:5060, tls:0.0.0.0:5060]\n"),
            "flowgate.yaml:2:28: listen: 'tls:0.0.0.0:5060' has the address of 'tcp:0.0.0.0:5060'");
  EXPECT_EQ(
      refusal_with("listen: [udp:127.0.0.1:5060, \"udp:[::ffff:127.0.0.1]:5060\"]\n"),
      "flowgate.yaml:2:30: listen: 'udp:[::ffff:127.0.0.1]:5060' has the address of 'udp:127.0.0.1:5060'");
  EXPECT_EQ(refusal_with("listen: [ws:0.0.0.0:5060, tcp:127.0.0.1:5060]\n"),
            "flowgate.yaml:2:27: listen: 'tcp:127.0.0.1:5060' has the address of 'ws:0.0.0.0:5060'");
  EXPECT_EQ(refusal_with("listen: [\"udp:[::1]:5060\", \"udp:[::]:5060\"]\n"),
            "flowgate.yaml:2:28: listen: 'udp:[::]:5060' has the address of 'udp:[::1]:5060'");
  EXPECT_EQ(loaded_with("listen: [tcp:0.0.0.0:5060, \"tcp:[::]:5060\", udp:127.0.0.1:5060]\n").listen.size(),
            3U);
  EXPECT_EQ(loaded_with("listen: [udp:0.0.0.0:5060, tcp:0.0.0.0:5060, udp:127.0.0.1:0, udp:127.0.0.1:0]\n")
                .listen.size(),
            4U);
}

}  // namespace
}  // namespace flowgate::conf
