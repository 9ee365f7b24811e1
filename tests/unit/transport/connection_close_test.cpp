// How connections end, and what is said about it.
#include <gtest/gtest.h>

#include "tcp_connection.h"

namespace flowgate::transport {
namespace {

using namespace std::string_literals;

TEST_F(TcpConnection, AHalfClosedConnectionIsClosedAndReportedOnce) {
  Peer alice = Peer::tcp(edge, local);
  const Flow flow = flow_of(alice);
  alice.shut_down();
  EXPECT_TRUE(alice.sees_close());
  ASSERT_TRUE(edge.run_until([&] { return !edge.closed_flows.empty(); }));
  edge.drain();
  EXPECT_EQ(edge.closed_flows, std::vector{flow});
  EXPECT_EQ(edge.transport->connections(), 0u);
}

TEST_F(TcpConnection, AConnectionThatNeverSentAMessageIsNotReported) {
  Peer alice = Peer::tcp(edge, local);
  ASSERT_TRUE(edge.run_until([&] { return edge.transport->connections() == 1; }));
  alice.close();
  ASSERT_TRUE(edge.run_until([&] { return edge.transport->connections() == 0; }));
  edge.drain();
  EXPECT_TRUE(edge.closed_flows.empty());
}

TEST_F(TcpConnection, SendDownAClosedFlowSaysSo) {
  Peer alice = Peer::tcp(edge, local);
  const Flow flow = flow_of(alice);
  alice.close();
  ASSERT_TRUE(edge.run_until([&] { return !edge.closed_flows.empty(); }));
  EXPECT_FALSE(edge.transport->send(flow, "hello"));
}

TEST_F(TcpConnection, ClosedIsNeverCalledFromInsideSend) {
  Peer alice = Peer::tcp(edge, local);
  const Flow flow = flow_of(alice);
  alice.close();  // nobody has read from the socket yet, so the edge does not know
  bool inside = false;
  edge.on_closed = [&](const Flow&) { EXPECT_FALSE(inside); };
  bool sent = true;
  for (int i = 0; i < 1000 && sent; ++i) {
    inside = true;
    sent = edge.transport->send(flow, std::string(1000, 'x'));
    inside = false;
  }
  EXPECT_FALSE(sent);
  EXPECT_TRUE(edge.closed_flows.empty());
  edge.drain();
  EXPECT_EQ(edge.closed_flows, std::vector{flow});
}

TEST_F(TcpConnection, GarbageClosesTheConnection) {
  for (const auto& garbage :
       {"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"s, "OPTIONS sip:a SIP/2.0\r\nContent-Length: x\r\n\r\n"s,
        "OPTIONS sip:a SIP/2.0\r\nContent-Length: 99999999999\r\n\r\n"s, "\xff\xfe\xfd\xfc"s + "\r\n\r\n",
        std::string(100000, 'a')}) {
    Peer mallory = Peer::tcp(edge, local);
    mallory.send(garbage);
    EXPECT_TRUE(mallory.sees_close()) << garbage.substr(0, 60);
  }
  EXPECT_TRUE(edge.messages.empty());
  EXPECT_EQ(edge.transport->connections(), 0u);
}

TEST_F(TcpConnection, GarbageBehindAMessageIsReportedAsClosed) {
  Peer mallory = Peer::tcp(edge, local);
  mallory.send(options_request() + "\xff\xff\xff\xff\r\n\r\n");
  EXPECT_TRUE(mallory.sees_close());
  EXPECT_EQ(edge.messages.size(), 1u);
  EXPECT_TRUE(edge.run_until([&] { return edge.closed_flows.size() == 1; }));
}

TEST(Connection, OverTheSendQueueTheConnectionIsClosed) {
  Options options;
  options.max_send_queue = 100'000;
  Edge edge(options);
  Peer bob = Peer::tcp(edge, edge.listen(Protocol::tcp, loopback()));
  bob.send(options_request());
  ASSERT_TRUE(edge.run_until([&] { return !edge.messages.empty(); }));
  const Flow flow = edge.messages[0].flow;
  int sent = 0;  // bob does not read
  while (sent < 10000 && edge.transport->send(flow, std::string(10000, 'x'))) ++sent;
  EXPECT_LT(sent, 10000);
  EXPECT_TRUE(edge.closed_flows.empty());
  edge.drain();
  EXPECT_EQ(edge.closed_flows, std::vector{flow});
  EXPECT_EQ(edge.transport->connections(), 0u);
}

class Impatient : public testing::Test {
 protected:
  static Options options() {
    Options options;
    options.message_timeout = std::chrono::seconds(1);
    return options;
  }
  Edge edge{options()};
  Endpoint local = edge.listen(Protocol::tcp, loopback());
};

TEST_F(Impatient, AMessageThatDoesNotEndInTimeClosesTheConnection) {
  Peer mallory = Peer::tcp(edge, local);
  const auto begin = std::chrono::steady_clock::now();
  mallory.send(options_request() + "OPTIONS sip:example");
  EXPECT_TRUE(mallory.sees_close());
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
  EXPECT_TRUE(edge.run_until([&] { return edge.closed_flows.size() == 1; }));
}

TEST_F(Impatient, ASingleCrlfIsNotABegunMessage) {
  Peer mallory = Peer::tcp(edge, local);
  Peer quiet = Peer::tcp(edge, local);
  Peer alice = Peer::tcp(edge, local);
  alice.send("\r\n");
  quiet.send(options_request());
  edge.drain();
  mallory.send("OPTIONS");
  ASSERT_TRUE(mallory.sees_close());
  EXPECT_EQ(edge.transport->connections(), 2u);
  alice.send("\r\n");
  EXPECT_EQ(alice.read(2), "\r\n");
}

TEST_F(TcpConnection, StopClosesAllWithoutAWord) {
  Peer alice = Peer::tcp(edge, local);
  flow_of(alice);
  edge.transport->stop();
  EXPECT_TRUE(alice.sees_close());
  edge.drain();
  EXPECT_TRUE(edge.closed_flows.empty());
  EXPECT_EQ(edge.transport->connections(), 0u);
}

TEST_F(TcpConnection, TheTransportMayBeDestroyedInsideReceived) {
  Peer alice = Peer::tcp(edge, local);
  edge.on_received = [&](const Flow&, std::span<char> text) {
    edge.transport.reset();
    text[0] = 'X';
  };
  alice.send(options_request() + options_request());
  EXPECT_TRUE(alice.sees_close());
  EXPECT_EQ(edge.messages.size(), 1u);
  EXPECT_TRUE(edge.closed_flows.empty());
}

TEST_F(TcpConnection, TheTransportMayBeDestroyedWhileHandlersArePending) {
  auto context = std::make_unique<boost::asio::io_context>();
  auto transport = std::make_unique<Transport>(*context, 0, 1, Options{}, nullptr, edge);
  const Endpoint there = transport->listen({Protocol::tcp, loopback()}).local;
  Peer alice = Peer::tcp(edge, there);
  alice.send("OPTIONS");
  context->poll();
  transport.reset();
  context.reset();
  EXPECT_TRUE(alice.sees_close());
}

}  // namespace
}  // namespace flowgate::transport
