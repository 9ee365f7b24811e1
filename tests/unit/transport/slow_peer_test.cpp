// Who sends a little, again and again, and never ends: his time counts from where it began.
#include <gtest/gtest.h>

#include <csignal>

#include "certificate.h"
#include "raw_tls_client.h"
#include "websocket_client.h"

namespace flowgate::transport {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

Options impatient() {
  Options options;
  options.handshake_timeout = options.message_timeout = std::chrono::seconds(1);
  return options;
}

// `drip` is called each tenth of a second.
bool is_cut_off(Edge& edge, const std::function<void()>& drip) {
  auto next = steady_clock::now();
  return edge.run_until(
      [&] {
        if (edge.transport->connections() == 0) return true;
        if (steady_clock::now() < next) return false;
        drip();
        next += milliseconds(100);
        return false;
      },
      std::chrono::seconds(4));
}

struct Drips {
  std::string name;
  Protocol protocol;
  std::string begin, more;
  bool upgraded = false;  // to WebSocket, before it begins
};

class SlowPeer : public testing::TestWithParam<Drips> {
 protected:
  static void SetUpTestSuite() { ::signal(SIGPIPE, SIG_IGN); }
};

TEST_P(SlowPeer, IsCutOffHoweverOftenHeSendsALittle) {
  const Drips& how = GetParam();
  const Certificate certificate("DNS:example.com");
  TlsContexts contexts(certificate.options());
  Edge edge{impatient(), &contexts};
  Peer mallory = Peer::tcp(edge, edge.listen(how.protocol, loopback()));
  if (how.upgraded) {
    mallory.send(upgrade_request());
    ASSERT_EQ(mallory.read(upgraded.size()), upgraded);
  }
  mallory.send(how.begin);
  ASSERT_TRUE(edge.run_until([&] { return edge.transport->connections() == 1; }));
  EXPECT_TRUE(is_cut_off(edge, [&] { mallory.send(how.more); }));
  EXPECT_TRUE(edge.messages.empty());
}

const std::string kOptions = "OPTIONS sip:example.com SIP/2.0\r\n";

INSTANTIATE_TEST_SUITE_P(
    , SlowPeer,
    testing::Values(Drips{"AStartLine", Protocol::tcp, "O", "O"},
                    Drips{"HeaderFields", Protocol::tcp, kOptions, "X: y\r\n"},
                    Drips{"ABody", Protocol::tcp, kOptions + "Content-Length: 60000\r\n\r\n", "x"},
                    Drips{"AStunMessage", Protocol::tcp, std::string("\x00\x01\x02\x00\x21\x12\xa4\x42", 8),
                          "x"},
                    Drips{"AClientHello", Protocol::tls, std::string("\x16\x03\x01\x02\x00\x01\x00", 7),
                          std::string(1, '\0')},
                    Drips{"AnHttpRequest", Protocol::ws, "GET / HTTP/1.1\r\n", "X: y\r\n"},
                    Drips{"AClientHelloOfABrowser", Protocol::wss,
                          std::string("\x16\x03\x01\x02\x00\x01\x00", 7), std::string(1, '\0')},
                    Drips{"AFrame", Protocol::ws,
                          client_frame(kFinal | kText, std::string(200, 'x')).substr(0, 8), "x", true},
                    Drips{"Fragments", Protocol::ws, client_frame(kText, "OPTIONS"),
                          client_frame(kContinuation, "x") + client_frame(kFinal | kPing, "x"), true}),
    [](const auto& slow) { return slow.param.name; });

TEST(SlowTlsPeer, IsCutOffHoweverManyRecordsHisMessageComesIn) {
  ::signal(SIGPIPE, SIG_IGN);
  const Certificate certificate("DNS:example.com");
  TlsContexts contexts(certificate.options());
  Edge edge{impatient(), &contexts};
  RawTlsClient mallory(edge, edge.listen(Protocol::tls, loopback()), contexts.client());
  ASSERT_EQ(edge.transport->connections(), 1u);
  EXPECT_TRUE(is_cut_off(edge, [&] { SSL_write(mallory.ssl(), "O", 1); }));
}

}  // namespace
}  // namespace flowgate::transport
