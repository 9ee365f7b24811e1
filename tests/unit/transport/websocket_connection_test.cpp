#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "certificate.h"
#include "raw_tls_client.h"
#include "transport/connection.h"
#include "websocket_client.h"

namespace flowgate::transport {
namespace {

using std::chrono::seconds;
using testing::EndsWith;
using testing::StartsWith;

class WebSocketConnection : public testing::Test {
 protected:
  static Options options() {
    Options options;
    options.handshake_timeout = options.message_timeout = seconds(1);
    options.websocket.max_handshake_bytes = 1000;
    options.limits.message_bytes = 5000;
    return options;
  }
  Peer client() {
    Peer peer = Peer::tcp(edge, local);
    peer.send(upgrade_request());
    EXPECT_EQ(peer.read(upgraded.size()), upgraded);
    return peer;
  }
  bool has_messages(std::size_t count) {
    return edge.run_until([&] { return edge.messages.size() == count; });
  }

  Edge edge{options()};
  Endpoint local = edge.listen(Protocol::ws, loopback());
};

TEST_F(WebSocketConnection, MessagesGoBothWaysEachInAFrame) {
  Peer alice = client();
  alice.send(text_frame(options_request()));
  ASSERT_TRUE(has_messages(1));
  EXPECT_EQ(edge.messages[0].text, options_request());
  const Flow& flow = edge.messages[0].flow;
  EXPECT_EQ(flow.protocol, Protocol::ws);
  EXPECT_EQ(flow.remote, alice.local());
  EXPECT_TRUE(edge.transport->send(flow, "one"));
  EXPECT_TRUE(edge.transport->send(flow, "two"));
  EXPECT_EQ(alice.read(10), server_frame(kFinal | kText, "one") + server_frame(kFinal | kText, "two"));
}

// RFC 7118 §5: the frame says where the message ends.
TEST_F(WebSocketConnection, AMessageNeedsNoContentLength) {
  Peer alice = client();
  alice.send(text_frame("OPTIONS sip:example.com SIP/2.0\r\nVia: SIP/2.0/WS x.invalid\r\n\r\nbody"));
  ASSERT_TRUE(has_messages(1));
  EXPECT_THAT(edge.messages[0].text, EndsWith("\r\n\r\nbody"));
}

TEST_F(WebSocketConnection, TheHandshakeAndFramesMayComeInPiecesOfAnySize) {
  const std::string octets = upgrade_request() + client_frame(kText, "OPTIONS") +
                             client_frame(kFinal | kContinuation, " sip:a SIP/2.0\r\n\r\n") +
                             text_frame("\r\n\r\n");
  for (std::size_t piece = 1; piece <= octets.size(); piece += piece / 2 + 1) {
    edge.messages.clear();
    Peer alice = Peer::tcp(edge, local);
    for (std::size_t begin = 0; begin < octets.size(); begin += piece) {
      alice.send(octets.substr(begin, piece));
      edge.drain();
    }
    EXPECT_EQ(alice.read(upgraded.size() + 4), upgraded + server_frame(kFinal | kText, "\r\n")) << piece;
    ASSERT_EQ(edge.messages.size(), 1u);
    EXPECT_EQ(edge.messages[0].text, "OPTIONS sip:a SIP/2.0\r\n\r\n");
  }
}

TEST_F(WebSocketConnection, ARefusedHandshakeIsAnsweredAndClosed) {
  Peer alice = Peer::tcp(edge, local);
  alice.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(alice.read(10'000), StartsWith("HTTP/1.1 426 "));
  EXPECT_TRUE(alice.sees_close());
  EXPECT_EQ(edge.transport->connections(), 0u);
}

TEST_F(WebSocketConnection, SipWithoutAHandshakeIsRefused) {
  Peer alice = Peer::tcp(edge, local);
  alice.send(options_request());
  EXPECT_THAT(alice.read(10'000), StartsWith("HTTP/1.1 400 "));
  EXPECT_TRUE(edge.messages.empty());
}

TEST_F(WebSocketConnection, AHandshakeIsBoundedInSize) {
  Peer alice = Peer::tcp(edge, local);
  alice.send("GET /" + std::string(1000, 'x'));
  EXPECT_THAT(alice.read(10'000), StartsWith("HTTP/1.1 431 "));
  Peer bob = Peer::tcp(edge, local);
  bob.send(upgrade_request("Sec-WebSocket-Protocol: sip\r\nCookie: " + std::string(1000, 'x') + "\r\n"));
  EXPECT_THAT(bob.read(10'000), StartsWith("HTTP/1.1 431 "));
}

TEST_F(WebSocketConnection, AHandshakeIsBoundedInTime) {
  Peer silent = Peer::tcp(edge, local);
  Peer slow = Peer::tcp(edge, local);
  slow.send("GET / HTTP/1.1\r\n");
  EXPECT_TRUE(silent.sees_close());
  EXPECT_TRUE(slow.sees_close());
}

TEST_F(WebSocketConnection, AMessageIsBoundedInSizeAndTime) {
  Peer large = client();
  large.send(text_frame(std::string(5001, 'x')).substr(0, 100));
  EXPECT_EQ(large.read(4), close_frame(1009));
  EXPECT_TRUE(large.sees_close());
  Peer slow = client();
  slow.send(client_frame(kText, "OPTIONS"));
  EXPECT_EQ(slow.read(4), close_frame(1001));
  EXPECT_TRUE(slow.sees_close());
  EXPECT_TRUE(edge.messages.empty());
}

TEST_F(WebSocketConnection, PingsAreAnsweredInOneWriteWithWhatStandsAroundThem) {
  Peer alice = client();
  edge.on_received = [&](const Flow& flow, std::span<char>) { edge.transport->send(flow, "answer"); };
  alice.send(client_frame(kFinal | kPing, "a") + text_frame(options_request()) + text_frame("\r\n\r\n"));
  EXPECT_EQ(alice.read(15), server_frame(kFinal | kPong, "a") + server_frame(kFinal | kText, "answer") +
                                server_frame(kFinal | kText, "\r\n"));
}

TEST_F(WebSocketConnection, ACloseFrameIsAnsweredAndTheConnectionIsGone) {
  Peer alice = client();
  alice.send(text_frame(options_request()));
  ASSERT_TRUE(has_messages(1));
  alice.send(client_frame(kFinal | kClose, "\x03\xe8"));
  EXPECT_EQ(alice.read(4), close_frame(1000));
  EXPECT_TRUE(alice.sees_close());
  EXPECT_TRUE(edge.run_until([&] { return edge.closed_flows.size() == 1; }));
  EXPECT_FALSE(edge.transport->send(edge.messages[0].flow, "too late"));
}

TEST_F(WebSocketConnection, IsToldWhenTheServerGoesAway) {
  Peer alice = client();
  alice.send(text_frame(options_request()));
  ASSERT_TRUE(has_messages(1));
  edge.transport->stop();
  EXPECT_EQ(alice.read(4), close_frame(1001));
}

TEST_F(WebSocketConnection, MayBeClosedWhileAMessageOfFragmentsIsTaken) {
  Peer alice = client();
  std::string seen;
  edge.on_received = [&](const Flow& flow, std::span<char> text) {
    edge.transport->close(flow);
    seen.assign(text.data(), text.size());
  };
  alice.send(client_frame(kText, options_request("the first half")) +
             client_frame(kFinal | kContinuation, "and more"));
  EXPECT_TRUE(alice.sees_close());
  EXPECT_EQ(seen, options_request("the first half") + "and more");
}

// RFC 7118 §5.4, B.1: nobody listens at the other end.
TEST_F(WebSocketConnection, IsNeverMadeByUs) {
  for (const Protocol protocol : {Protocol::ws, Protocol::wss}) {
    bool failed = false;
    edge.transport->connect(protocol, local, "example.com",
                            [&](boost::system::result<Flow> flow) { failed = !flow; });
    EXPECT_TRUE(failed);
  }
}

TEST(WebSocketPing, IsSentWhileTheConnectionIsIdle) {
  Options options;
  options.websocket.ping_interval = seconds(1);
  Edge edge{options};
  Peer alice = Peer::tcp(edge, edge.listen(Protocol::ws, loopback()));
  alice.send(upgrade_request());
  const std::string ping = server_frame(kFinal | kPing, "");
  EXPECT_EQ(alice.read(upgraded.size() + 2 * ping.size()), upgraded + ping + ping);
  EXPECT_EQ(edge.transport->connections(), 1u);
}

// Between two pings there may be less time than a message has.
TEST(WebSocketPing, IsNoReasonToEndAMessageThatHasBegun) {
  Options options;
  options.websocket.ping_interval = seconds(1);
  Edge edge{options};
  const Endpoint local = edge.listen(Protocol::ws, loopback());
  Peer slow = Peer::tcp(edge, local), idle = Peer::tcp(edge, local);
  for (const Peer* peer : {&slow, &idle}) peer->send(upgrade_request());
  slow.send(client_frame(kText, "OPTIONS"));
  idle.read(upgraded.size() + 4);  // two pings
  slow.send(client_frame(kFinal | kContinuation, " sip:a SIP/2.0\r\n\r\n"));
  EXPECT_TRUE(edge.run_until([&] { return edge.messages.size() == 1; }));
}

TEST(SecureWebSocket, IsAWebSocketOverTls) {
  ::signal(SIGPIPE, SIG_IGN);
  const Certificate certificate;
  TlsContexts contexts(certificate.options());
  Edge edge{{}, &contexts};
  const Endpoint local = edge.listen(Protocol::wss, loopback());
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  RawTlsClient alice(edge, local, context.get());
  const std::string sent = upgrade_request() + text_frame(options_request());
  SSL_write(alice.ssl(), sent.data(), static_cast<int>(sent.size()));
  EXPECT_EQ(alice.read(upgraded.size()), upgraded);
  ASSERT_TRUE(edge.run_until([&] { return edge.messages.size() == 1; }));
  EXPECT_EQ(edge.messages[0].flow.protocol, Protocol::wss);
  EXPECT_TRUE(edge.transport->send(edge.messages[0].flow, "answer"));
  EXPECT_EQ(alice.read(8), server_frame(kFinal | kText, "answer"));
}

}  // namespace
}  // namespace flowgate::transport
