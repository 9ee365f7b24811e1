// Connections that a load balancer makes for others, and says so.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "certificate.h"
#include "flowtoken/token.h"
#include "loopback.h"
#include "proxy_header.h"
#include "stun/stun.h"

namespace flowgate::transport {
namespace {

using namespace std::string_literals;

const Endpoint alice = *Endpoint::from("198.51.100.7", 40000);
const Endpoint alice_v6 = *Endpoint::from("2001:db8::7", 40000);

Options trusting(const char* prefix) {
  Options options;
  options.proxies = {AddressPrefix::from(prefix).value()};
  options.handshake_timeout = std::chrono::seconds(1);
  return options;
}

class ProxiedConnection : public testing::Test {
 protected:
  const Flow& flow_behind(const std::string& header) {
    const std::size_t before = edge.messages.size();
    peers.push_back(Peer::tcp(edge, local));
    peers.back().send(header + options_request());
    EXPECT_TRUE(edge.run_until([&] { return edge.messages.size() > before; }));
    return edge.messages.back().flow;
  }

  Edge edge{trusting("127.0.0.1")};
  Endpoint local = edge.listen(Protocol::tcp, loopback());
  std::vector<Peer> peers;
};

TEST_F(ProxiedConnection, TheFlowIsThatOfTheClientAndItsLocalEndThatOfTheListener) {
  for (const Endpoint& client : {alice, alice_v6}) {
    const Flow flow = flow_behind(tcp_proxy_header(client, proxy_vector(0x05, "an id")));
    EXPECT_EQ(flow.remote, client);
    EXPECT_EQ(flow.local, local);
    EXPECT_NE(flow.serial, 0u);
    EXPECT_TRUE(edge.transport->send(flow, "answer"));
    EXPECT_EQ(peers.back().read(6), "answer");
  }
}

// The two ends of the flow may be of different families.
TEST_F(ProxiedConnection, ATokenOfTheFlowLeadsBackDownIt) {
  FlowTokens tokens(TokenKeys::from({{1, {1, 2, 3}}}));
  for (const Endpoint& client : {alice, alice_v6}) {
    std::string token;
    tokens.mint(flow_behind(tcp_proxy_header(client)), {}, token);
    const auto verified = tokens.verify(token);
    ASSERT_TRUE(verified);
    EXPECT_TRUE(edge.transport->send(verified->flow, "a call"));
    EXPECT_EQ(peers.back().read(6), "a call");
  }
}

TEST_F(ProxiedConnection, TheHeaderMayBeSplitAtAnyOctet) {
  const std::string header = tcp_proxy_header(alice, proxy_vector(0x04, "filled up"));
  for (std::size_t split = 1; split < header.size(); ++split) {
    edge.messages.clear();
    Peer peer = Peer::tcp(edge, local);
    peer.send(header.substr(0, split));
    edge.drain();
    peer.send(header.substr(split) + options_request());
    ASSERT_TRUE(edge.run_until([&] { return !edge.messages.empty(); })) << split;
    ASSERT_EQ(edge.messages[0].flow.remote, alice);
    ASSERT_EQ(edge.messages[0].text, options_request());
  }
}

TEST_F(ProxiedConnection, TheHeaderMayComeOctetByOctet) {
  Peer peer = Peer::tcp(edge, local);
  for (const char octet : tcp_proxy_header(alice) + options_request()) {
    peer.send({&octet, 1});
    edge.drain();
  }
  ASSERT_TRUE(edge.run_until([&] { return edge.messages.size() == 1; }));
  EXPECT_EQ(edge.messages[0].flow.remote, alice);
}

TEST_F(ProxiedConnection, KeepalivesAreAnsweredAndStunTellsTheClientItsOwnAddress) {
  const std::string request = "\x00\x01\x00\x00\x21\x12\xa4\x42"s + "0123456789ab";
  std::array<char, stun::max_response_bytes> expected;
  const std::size_t size = stun::respond(request, alice, expected);
  Peer peer = Peer::tcp(edge, local);
  peer.send(tcp_proxy_header(alice) + "\r\n\r\n" + request);
  EXPECT_EQ(peer.read(2 + size), "\r\n" + std::string(expected.data(), size));
}

// A health check, or a connection for somebody who has no TCP address.
TEST_F(ProxiedConnection, WithALocalHeaderTheFlowIsThatOfTheBalancer) {
  for (const std::string& header :
       {proxy_header(0x20, 0x00), proxy_header(0x20, 0x11, std::string(12, 'x')), proxy_header(0x21, 0x00),
        proxy_header(0x21, 0x31, std::string(216, '/'))}) {
    const Flow flow = flow_behind(header);
    EXPECT_EQ(flow.remote, peers.back().local());
  }
}

TEST_F(ProxiedConnection, WithoutAHeaderItIsClosedAtOnce) {
  for (const std::string& first : {options_request(), "PROXY TCP4 198.51.100.7 203.0.113.60 40000 5060\r\n"s,
                                   "\x16\x03\x01\x02\x00"s, "\r\n\r\n\r\n\r\n"s}) {
    Peer peer = Peer::tcp(edge, local);
    peer.send(first);
    EXPECT_TRUE(peer.sees_close()) << first;
  }
  EXPECT_TRUE(edge.messages.empty());
  EXPECT_TRUE(edge.closed_flows.empty());
  EXPECT_EQ(edge.transport->connections(), 0u);
}

TEST_F(ProxiedConnection, AMalformedHeaderClosesItAtOnceAndNothingBehindItIsRead) {
  for (const std::string& header :
       {proxy_header(0x21, 0x11, std::string(11, 'x')), tcp_proxy_header(alice, "\x04\x00\x02x"s),
        proxy_header(0x22, 0x11, std::string(12, 'x')), proxy_header(0x20, 0x00, std::string(521, 'x'))}) {
    Peer peer = Peer::tcp(edge, local);
    peer.send(header + options_request());
    EXPECT_TRUE(peer.sees_close());
  }
  EXPECT_TRUE(edge.messages.empty());
}

TEST_F(ProxiedConnection, ThereIsOneHeaderAndNoSecondOne) {
  Peer peer = Peer::tcp(edge, local);
  peer.send(tcp_proxy_header(alice) + tcp_proxy_header(alice_v6) + options_request());
  EXPECT_TRUE(peer.sees_close());
  EXPECT_TRUE(edge.messages.empty());
}

TEST_F(ProxiedConnection, AHeaderThatIsNotHereInTimeClosesIt) {
  Peer silent = Peer::tcp(edge, local);
  Peer slow = Peer::tcp(edge, local);
  const auto begin = std::chrono::steady_clock::now();
  slow.send(tcp_proxy_header(alice).substr(0, 20));
  EXPECT_TRUE(silent.sees_close());
  EXPECT_TRUE(slow.sees_close());
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
  EXPECT_EQ(edge.transport->connections(), 0u);
}

TEST_F(ProxiedConnection, BehindTheHeaderItMayStayIdleBeyondThatTime) {
  Peer peer = Peer::tcp(edge, local);
  peer.send(tcp_proxy_header(alice));
  edge.drain();
  Peer silent = Peer::tcp(edge, local);  // closed when that time is over
  ASSERT_TRUE(silent.sees_close());
  peer.send("\r\n\r\n");
  EXPECT_EQ(peer.read(2), "\r\n");
}

TEST_F(ProxiedConnection, ABalancerThatOnlyLooksWhetherThePortIsOpenIsForgotten) {
  Peer peer = Peer::tcp(edge, local);
  ASSERT_TRUE(edge.run_until([&] { return edge.transport->connections() == 1; }));
  peer.close();
  EXPECT_TRUE(edge.run_until([&] { return edge.transport->connections() == 0; }));
}

TEST_F(ProxiedConnection, ItsEndIsReportedWithTheFlowThatWasSeen) {
  const Flow flow = flow_behind(tcp_proxy_header(alice));
  peers.back().close();
  ASSERT_TRUE(edge.run_until([&] { return !edge.closed_flows.empty(); }));
  EXPECT_EQ(edge.closed_flows, std::vector{flow});
  EXPECT_FALSE(edge.transport->send(flow, "hello"));
}

TEST(UnproxiedConnection, AHeaderFromAnAddressThatIsNotTrustedClosesIt) {
  Edge edge(trusting("127.0.0.2"));
  Peer mallory = Peer::tcp(edge, edge.listen(Protocol::tcp, loopback()));
  mallory.send(tcp_proxy_header(alice) + options_request());
  EXPECT_TRUE(mallory.sees_close());
  EXPECT_TRUE(edge.messages.empty());
}

TEST(UnproxiedConnection, OtherAddressesAreServedAsIfThereWereNoBalancer) {
  Edge edge(trusting("127.0.0.2"));
  Peer peer = Peer::tcp(edge, edge.listen(Protocol::tcp, loopback()));
  peer.send(options_request());
  ASSERT_TRUE(edge.run_until([&] { return !edge.messages.empty(); }));
  EXPECT_EQ(edge.messages[0].flow.remote, peer.local());
}

TEST(UnproxiedConnection, AConnectionThatWeMakeToABalancerHasNoHeader) {
  Edge edge(trusting("127.0.0.1"));
  Edge there;
  std::optional<Flow> flow;
  edge.transport->connect(Protocol::tcp, there.listen(Protocol::tcp, loopback()), "",
                          [&](boost::system::result<Flow> result) { flow = result.value(); });
  ASSERT_TRUE(edge.run_until([&] { return flow.has_value(); }));
  edge.transport->send(*flow, options_request());
  ASSERT_TRUE(there.run_until([&] { return there.messages.size() == 1; }));
  there.transport->send(there.messages[0].flow, options_request("back"));
  EXPECT_TRUE(edge.run_until([&] { return edge.messages.size() == 1; }));
}

TEST(UnproxiedConnection, ABalancerIsKnownByItsIPv6Address) {
  Edge edge(trusting("::1"));
  const Endpoint local = edge.listen(Protocol::tcp, loopback(true));
  Peer peer = Peer::tcp(edge, local);
  peer.send(tcp_proxy_header(alice) + options_request());
  ASSERT_TRUE(edge.run_until([&] { return !edge.messages.empty(); }));
  EXPECT_EQ(edge.messages[0].flow.remote, alice);
  EXPECT_EQ(edge.messages[0].flow.local, local);
}

class ProxiedTls : public testing::Test {
 protected:
  // Both sides of the handshake take turns; false: it failed.
  bool shake_hands(SSL* ssl, Peer& peer) {
    SSL_set_fd(ssl, peer.fd());
    SSL_set_connect_state(ssl);
    ::setsockopt(peer.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return edge.run_until([&] { return SSL_do_handshake(ssl) == 1; });
  }

  static constexpr timeval patience{0, 1000};
  Certificate certificate;
  TlsContexts contexts{certificate.options()};
  Edge edge{trusting("127.0.0.1"), &contexts};
  Endpoint local = edge.listen(Protocol::tls, loopback());
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free};
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl{SSL_new(context.get()), SSL_free};
};

TEST_F(ProxiedTls, TheHeaderStandsInFrontOfTheHandshake) {
  Peer peer = Peer::tcp(edge, local);
  peer.send(tcp_proxy_header(alice, proxy_vector(0x04, std::string(400, '\0'))));
  ASSERT_TRUE(shake_hands(ssl.get(), peer));
  const std::string request = options_request();
  EXPECT_GT(SSL_write(ssl.get(), request.data(), static_cast<int>(request.size())), 0);
  ASSERT_TRUE(edge.run_until([&] { return !edge.messages.empty(); }));
  EXPECT_EQ(edge.messages[0].flow.protocol, Protocol::tls);
  EXPECT_EQ(edge.messages[0].flow.remote, alice);
  EXPECT_EQ(edge.messages[0].flow.local, local);
}

TEST_F(ProxiedTls, AHandshakeWithoutAHeaderIsClosedAtOnce) {
  Peer peer = Peer::tcp(edge, local);
  SSL_set_fd(ssl.get(), peer.fd());
  SSL_set_connect_state(ssl.get());
  ::setsockopt(peer.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  SSL_do_handshake(ssl.get());
  EXPECT_TRUE(peer.sees_close());
  EXPECT_EQ(edge.transport->connections(), 0u);
}

TEST_F(ProxiedTls, TheHeaderAndTheHandshakeHaveOneTimeTogether) {
  Peer peer = Peer::tcp(edge, local);
  peer.send(tcp_proxy_header(alice) + "\x16\x03\x01");
  EXPECT_TRUE(peer.sees_close());
  EXPECT_EQ(edge.transport->connections(), 0u);
}

}  // namespace
}  // namespace flowgate::transport
