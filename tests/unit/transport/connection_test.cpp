#include "transport/connection.h"

#include <gtest/gtest.h>

#include "stun/stun.h"
#include "tcp_connection.h"

namespace flowgate::transport {
namespace {

using namespace std::string_literals;

class Tcp : public testing::TestWithParam<bool> {
 protected:
  Tcp() : local(edge.listen(Protocol::tcp, loopback(GetParam()))) {}
  Edge edge;
  Endpoint local;
};

INSTANTIATE_TEST_SUITE_P(IPv4AndIPv6, Tcp, testing::Bool(),
                         [](const auto& info) { return info.param ? "IPv6" : "IPv4"; });

TEST_P(Tcp, HandsOverAMessageWithItsFlowAndSendsTheAnswerDownIt) {
  Peer alice = Peer::tcp(edge, local);
  edge.on_received = [&](const Flow& flow, std::span<char>) {
    EXPECT_TRUE(edge.transport->send(flow, "answer"));
  };
  alice.send(options_request("hello"));
  EXPECT_EQ(alice.read(6), "answer");
  ASSERT_EQ(edge.messages.size(), 1u);
  EXPECT_EQ(edge.messages[0].text, options_request("hello"));
  const Flow& flow = edge.messages[0].flow;
  EXPECT_EQ(flow.protocol, Protocol::tcp);
  EXPECT_EQ(flow.local, local);
  EXPECT_EQ(flow.remote, alice.local());
  EXPECT_NE(flow.serial, 0u);
  EXPECT_TRUE(edge.transport->send(flow, " and more"));
  EXPECT_EQ(alice.read(9), " and more");
}

TEST_P(Tcp, OnAWildcardListenerTheFlowHasTheConcreteLocalAddress) {
  const Endpoint wild = edge.listen(Protocol::tcp, wildcard(GetParam()));
  Peer alice = Peer::tcp(edge, at(loopback(GetParam()), wild.port));
  alice.send(options_request());
  ASSERT_TRUE(edge.run_until([&] { return edge.messages.size() == 1; }));
  EXPECT_EQ(edge.messages[0].flow.local, at(loopback(GetParam()), wild.port));
}

TEST_F(TcpConnection, AMessageMayBeSplitAtAnyOctet) {
  const std::string message = options_request("hello");
  Peer alice = Peer::tcp(edge, local);
  for (std::size_t split = 1; split < message.size(); ++split) {
    edge.messages.clear();
    alice.send(message.substr(0, split));
    edge.drain();
    ASSERT_TRUE(edge.messages.empty()) << split;
    alice.send(message.substr(split));
    ASSERT_TRUE(edge.run_until([&] { return !edge.messages.empty(); })) << split;
    ASSERT_EQ(edge.messages.size(), 1u);
    ASSERT_EQ(edge.messages[0].text, message);
  }
}

TEST_F(TcpConnection, AMessageMayComeOctetByOctet) {
  const std::string message = options_request("hello") + options_request();
  Peer alice = Peer::tcp(edge, local);
  for (const char octet : message) {
    alice.send({&octet, 1});
    edge.drain();
  }
  ASSERT_TRUE(edge.run_until([&] { return edge.messages.size() == 2; }));
  EXPECT_EQ(edge.messages[0].text + edge.messages[1].text, message);
}

TEST_F(TcpConnection, PipelinedMessagesComeInOrder) {
  Peer alice = Peer::tcp(edge, local);
  std::string all;
  for (int i = 0; i < 3000; ++i) all += options_request(std::to_string(i));
  alice.send(all);
  ASSERT_TRUE(edge.run_until([&] { return edge.messages.size() == 3000; }));
  std::string together;
  for (const auto& message : edge.messages) together += message.text;
  EXPECT_EQ(together, all);
}

TEST_F(TcpConnection, TheLargestMessageIsTakenFromManySegments) {
  Peer alice = Peer::tcp(edge, local);
  const std::string message = options_request(std::string(65000, 'x'));
  for (int i = 0; i < 3; ++i) alice.send(message);
  ASSERT_TRUE(edge.run_until([&] { return edge.messages.size() == 3; }));
  for (const auto& received : edge.messages) EXPECT_TRUE(received.text == message);
}

TEST_F(TcpConnection, TheReceiverMayChangeTheTextInPlace) {
  Peer alice = Peer::tcp(edge, local);
  edge.on_received = [](const Flow&, std::span<char> text) { std::fill(text.begin(), text.end(), '#'); };
  alice.send(options_request("1") + options_request("2"));
  ASSERT_TRUE(edge.run_until([&] { return edge.messages.size() == 2; }));
  EXPECT_EQ(edge.messages[1].text, options_request("2"));
}

// RFC 5626 §4.4.1: a double CRLF ping is answered with a single CRLF pong.
TEST_F(TcpConnection, ADoubleCrlfIsAnsweredWithASingleOne) {
  Peer alice = Peer::tcp(edge, local);
  alice.send("\r\n\r\n");
  EXPECT_EQ(alice.read(2), "\r\n");
  alice.send("\r\n\r\n\r\n\r\n" + options_request() + "\r\n\r\n");
  EXPECT_EQ(alice.read(6), "\r\n\r\n\r\n");
  EXPECT_EQ(edge.messages.size(), 1u);
}

TEST_F(TcpConnection, APingMayComeInHalves) {
  Peer alice = Peer::tcp(edge, local);
  for (const auto* half : {"\r\n", "\r\n"}) {
    alice.send(half);
    edge.drain();
  }
  EXPECT_EQ(alice.read(2), "\r\n");
}

TEST_F(TcpConnection, StunIsAnsweredBetweenMessages) {
  Peer alice = Peer::tcp(edge, local);
  const std::string request = "\x00\x01\x00\x00\x21\x12\xa4\x42"s + "0123456789ab";
  std::array<char, stun::max_response_bytes> expected;
  const std::size_t size = stun::respond(request, alice.local(), expected);
  alice.send(options_request() + request + options_request());
  EXPECT_EQ(alice.read(size), std::string(expected.data(), size));
  EXPECT_EQ(edge.messages.size(), 2u);
}

TEST_F(TcpConnection, AnswersLeaveInTheOrderTheyWereSent) {
  Peer alice = Peer::tcp(edge, local);
  std::string expected;
  edge.on_received = [&](const Flow& flow, std::span<char>) {
    // More than one gathering holds.
    for (char c = 'a'; c <= 'd'; ++c) {
      expected.append(20000, c);
      edge.transport->send(flow, std::string(20000, c));
    }
  };
  alice.send(options_request() + "\r\n\r\n" + options_request());
  const std::string answers = alice.read(160002);
  expected.insert(80000, "\r\n");
  EXPECT_TRUE(answers == expected);
}

TEST_F(TcpConnection, WhatTheKernelDoesNotTakeWaitsAndThenGoesOut) {
  Peer bob = Peer::tcp(edge, local);
  const Flow flow = flow_of(bob);
  std::string expected;
  // Until the kernel is full and the queue begins to fill; the queue takes 1 MiB.
  for (int i = 0; i < 60; ++i) {
    const std::string text(100'000, static_cast<char>('a' + i % 26));
    if (!edge.transport->send(flow, text)) break;
    expected += text;
    if (i % 10 == 9) {
      const std::string part = bob.read(expected.size());
      ASSERT_TRUE(part == expected) << i;
      expected.clear();
    }
  }
  EXPECT_TRUE(edge.closed_flows.empty());
}

TEST_F(TcpConnection, SerialsAreNeverReusedAndNameTheShard) {
  Edge third({}, nullptr, 3);
  const Endpoint there = third.listen(Protocol::tcp, loopback());
  std::uint64_t last = 0;
  for (int i = 0; i < 3; ++i) {
    Peer alice = Peer::tcp(third, there);
    alice.send(options_request());
    ASSERT_TRUE(third.run_until([&] { return third.messages.size() == static_cast<std::size_t>(i) + 1; }));
    const Flow& flow = third.messages.back().flow;
    EXPECT_EQ(flow.shard(), 3u);
    EXPECT_GT(flow.serial, last);
    last = flow.serial;
  }
}

TEST_F(TcpConnection, ALaterConnectionBetweenTheSameAddressesIsAnotherFlow) {
  Peer alice = Peer::tcp(edge, local);
  const Flow flow = flow_of(alice);
  Flow forged = flow;
  ++forged.remote.port;
  EXPECT_FALSE(edge.transport->send(forged, "hello"));
  forged = flow;
  forged.serial += 256;
  EXPECT_FALSE(edge.transport->send(forged, "hello"));
  EXPECT_TRUE(edge.transport->send(flow, "hello"));
}

}  // namespace
}  // namespace flowgate::transport
