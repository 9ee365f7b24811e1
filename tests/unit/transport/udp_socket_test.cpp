#include <gtest/gtest.h>

#include <algorithm>

#include "loopback.h"
#include "stun/stun.h"

namespace flowgate::transport {
namespace {

using namespace std::string_literals;

// RFC 5389 §6: Binding request, no attributes.
const std::string binding_request = "\x00\x01\x00\x00\x21\x12\xa4\x42"s + "0123456789ab";

class Udp : public testing::TestWithParam<bool> {
 protected:
  bool v6() const { return GetParam(); }
  Edge edge;
};

INSTANTIATE_TEST_SUITE_P(IPv4AndIPv6, Udp, testing::Bool(),
                         [](const auto& info) { return info.param ? "IPv6" : "IPv4"; });

TEST_P(Udp, HandsOverEachDatagramWithItsFlow) {
  const Endpoint local = edge.listen(Protocol::udp, loopback(v6()));
  ASSERT_NE(local.port, 0);
  Peer alice = Peer::udp(edge, local);
  alice.send(options_request("hello"));
  ASSERT_TRUE(edge.run_until([&] { return edge.messages.size() == 1; }));
  EXPECT_EQ(edge.messages[0].text, options_request("hello"));
  EXPECT_EQ(edge.messages[0].flow, (Flow{Protocol::udp, local, alice.local(), 0}));
}

TEST_P(Udp, AnswersLeaveFromTheLocalAddressOfTheFlow) {
  const Endpoint local = edge.listen(Protocol::udp, loopback(v6()));
  Peer alice = Peer::udp(edge, local);
  edge.on_received = [&](const Flow& flow, std::span<char>) {
    EXPECT_TRUE(edge.transport->send(flow, "answer"));
  };
  alice.send(options_request());
  EXPECT_EQ(alice.read_datagram(), std::pair("answer"s, local));
}

TEST_P(Udp, OnAWildcardListenerTheFlowHasTheConcreteLocalAddress) {
  const Endpoint local = edge.listen(Protocol::udp, wildcard(v6()));
  const Endpoint concrete = at(loopback(v6()), local.port);
  Peer alice = Peer::udp(edge, concrete);
  edge.on_received = [&](const Flow& flow, std::span<char>) { edge.transport->send(flow, "answer"); };
  alice.send(options_request());
  EXPECT_EQ(alice.read_datagram(), std::pair("answer"s, concrete));
  ASSERT_EQ(edge.messages.size(), 1u);
  EXPECT_EQ(edge.messages[0].flow.local, concrete);
}

TEST_P(Udp, StunIsAnsweredOnTheSipPortWithTheReflexiveAddress) {
  const Endpoint local = edge.listen(Protocol::udp, wildcard(v6()));
  const Endpoint concrete = at(loopback(v6()), local.port);
  Peer alice = Peer::udp(edge, concrete);
  alice.send(binding_request);
  std::array<char, stun::max_response_bytes> expected;
  const std::size_t size = stun::respond(binding_request, alice.local(), expected);
  ASSERT_GT(size, 0u);
  EXPECT_EQ(alice.read_datagram(), std::pair(std::string(expected.data(), size), concrete));
  EXPECT_TRUE(edge.messages.empty());
}

TEST_P(Udp, ConnectNamesTheAddressThatTheKernelWouldSendFrom) {
  const Endpoint local = edge.listen(Protocol::udp, wildcard(v6()));
  Peer bob = Peer::udp(edge, local);
  std::optional<boost::system::result<Flow>> result;
  edge.transport->connect(Protocol::udp, bob.local(), "", [&](auto flow) { result = flow; });
  ASSERT_TRUE(result && *result);
  EXPECT_EQ(**result, (Flow{Protocol::udp, at(loopback(v6()), local.port), bob.local(), 0}));
  EXPECT_TRUE(edge.transport->send(**result, "hello"));
  EXPECT_EQ(bob.read_datagram(), std::pair("hello"s, at(loopback(v6()), local.port)));
}

TEST_P(Udp, TheOtherFamilyMayUseTheSamePort) {
  const Endpoint local = edge.listen(Protocol::udp, wildcard(v6()));
  EXPECT_EQ(edge.listen(Protocol::udp, at(wildcard(!v6()), local.port)).port, local.port);
}

TEST(UdpSocket, TheSourceIsTheAddressThatTheRequestWasSentTo) {
  Edge edge;
  const Endpoint local = edge.listen(Protocol::udp, wildcard());
  const Endpoint second = *Endpoint::from("127.0.0.2", local.port);  // not what the kernel would choose
  Peer alice = Peer::udp(edge, second);
  edge.on_received = [&](const Flow& flow, std::span<char>) { edge.transport->send(flow, "answer"); };
  alice.send(options_request());
  EXPECT_EQ(alice.read_datagram(), std::pair("answer"s, second));
}

TEST(UdpSocket, KeepalivesAreSwallowed) {
  Edge edge;
  Peer alice = Peer::udp(edge, edge.listen(Protocol::udp, loopback()));
  for (const auto& keepalive :
       {""s, "\r\n"s, "\r\n\r\n"s, "jaK"s, "\0\0\0\0"s, " "s, "\0"s, "\r\n\r\n\r\n\0  "s}) {
    alice.send(keepalive);
  }
  alice.send("last, behind them");
  ASSERT_TRUE(edge.run_until([&] { return !edge.messages.empty(); }));
  ASSERT_EQ(edge.messages.size(), 1u);
  EXPECT_EQ(edge.messages[0].text, "last, behind them");
}

TEST(UdpSocket, ADatagramOverTheLimitIsDropped) {
  Options options;
  options.limits.message_bytes = 500;
  Edge edge(options);
  Peer alice = Peer::udp(edge, edge.listen(Protocol::udp, loopback()));
  alice.send(std::string(501, 'a'));
  alice.send(std::string(500, 'b'));
  ASSERT_TRUE(edge.run_until([&] { return !edge.messages.empty(); }));
  EXPECT_EQ(edge.messages[0].text, std::string(500, 'b'));
}

TEST(UdpSocket, TheLargestDatagramsGoThroughWhole) {
  Edge edge;
  Peer alice = Peer::udp(edge, edge.listen(Protocol::udp, loopback()));
  const std::string large(65507, 'x');
  edge.on_received = [&](const Flow& flow, std::span<char> text) {
    edge.transport->send(flow, {text.data(), text.size()});
  };
  alice.send(large);
  EXPECT_EQ(alice.read_datagram().first, large);
}

TEST(UdpSocket, HundredsInOneWakeupKeepTheirOrder) {
  Edge edge;
  Peer alice = Peer::udp(edge, edge.listen(Protocol::udp, loopback()));
  edge.on_received = [&](const Flow& flow, std::span<char> text) {
    edge.transport->send(flow, {text.data(), text.size()});
  };
  for (int i = 0; i < 200; ++i) alice.send("number " + std::to_string(i));
  for (int i = 0; i < 200; ++i) ASSERT_EQ(alice.read_datagram().first, "number " + std::to_string(i));
}

TEST(UdpSocket, APeerThatIsGoneDoesNotStopTheSocket) {
  Edge edge;
  const Endpoint local = edge.listen(Protocol::udp, loopback());
  Peer alice = Peer::udp(edge, local);
  Peer bob = Peer::udp(edge, local);
  const Flow to_bob{Protocol::udp, local, bob.local(), 0};
  bob.close();
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(edge.transport->send(to_bob, "are you there?"));
    edge.drain();
  }
  alice.send(options_request());
  EXPECT_TRUE(edge.run_until([&] { return edge.messages.size() == 1; }));
}

TEST(UdpSocket, WhatTheKernelRefusesDoesNotHoldUpTheRest) {
  Edge edge;
  const Endpoint local = edge.listen(Protocol::udp, loopback());
  Peer alice = Peer::udp(edge, local);
  const Flow to_alice{Protocol::udp, local, alice.local(), 0};
  EXPECT_TRUE(edge.transport->send({Protocol::udp, local, at(loopback(), 0), 0}, "no port"));
  EXPECT_TRUE(edge.transport->send(to_alice, std::string(66000, 'x')));
  EXPECT_TRUE(edge.transport->send(to_alice, "hello"));
  EXPECT_EQ(alice.read_datagram().first, "hello");
}

TEST(UdpSocket, SendKnowsWhenThereIsNoSocketForTheLocalAddress) {
  Edge edge;
  const Endpoint local = edge.listen(Protocol::udp, loopback());
  const Endpoint remote = at(loopback(), 5060);
  EXPECT_TRUE(edge.transport->send({Protocol::udp, local, remote, 0}, "hello"));
  EXPECT_FALSE(edge.transport->send({Protocol::udp, at(local, local.port ^ 1), remote, 0}, "hello"));
  EXPECT_FALSE(
      edge.transport->send({Protocol::udp, *Endpoint::from("127.0.0.2", local.port), remote, 0}, "hello"));
  EXPECT_FALSE(edge.transport->send({Protocol::udp, local, at(loopback(true), 5060), 0}, "hello"));
}

TEST(UdpSocket, ConnectFailsWithoutAListenerOfTheFamily) {
  Edge edge;
  edge.listen(Protocol::udp, loopback());
  bool failed = false;
  edge.transport->connect(Protocol::udp, at(loopback(true), 5060), "", [&](auto flow) { failed = !flow; });
  EXPECT_TRUE(failed);
}

TEST(UdpSocket, ConnectPrefersTheListenerOfTheSourceAddress) {
  Edge edge;
  edge.listen(Protocol::udp, *Endpoint::from("127.0.0.2", 0));
  const Endpoint wild = edge.listen(Protocol::udp, wildcard());
  const Endpoint exact = edge.listen(Protocol::udp, loopback());
  Endpoint local;
  edge.transport->connect(Protocol::udp, at(loopback(), 5060), "", [&](auto flow) { local = flow->local; });
  EXPECT_EQ(local, exact);
  ASSERT_NE(wild.port, exact.port);
}

TEST(UdpSocket, StopInsideReceivedEndsTheBatch) {
  Edge edge;
  Peer alice = Peer::udp(edge, edge.listen(Protocol::udp, loopback()));
  edge.on_received = [&](const Flow&, std::span<char>) { edge.transport.reset(); };
  alice.send("first");
  alice.send("second");
  edge.drain();
  EXPECT_EQ(edge.messages.size(), 1u);
}

}  // namespace
}  // namespace flowgate::transport
