// What the transport tells of more coming in than is handled: real sockets, in which something waits.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>

#include "loopback.h"
#include "transport/receive_buffer.h"
#include "transport/socket.h"

namespace flowgate::transport {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// An edge that takes 200 us for each message, and says how far behind it is.
class SlowEdge : public Edge {
 public:
  explicit SlowEdge(const Options& options) : Edge(options) {
    on_received = [](const Flow&, std::span<char>) {
      for (const auto end = Clock::now() + 200us; Clock::now() < end;) {
      }
    };
  }
  void behind(unsigned percent) override { told.push_back(percent); }
  std::vector<unsigned> told;
};

Options patience(std::chrono::milliseconds delay) {
  Options options;
  options.max_delay = delay;
  return options;
}

bool floods(SlowEdge& edge, const std::vector<Peer>& peers) {
  const auto end = Clock::now() + 5s;
  while (edge.told.empty() && Clock::now() < end) {
    for (const Peer& peer : peers) {
      for (int i = 0; i < 100; ++i) peer.send(options_request());
    }
    edge.context.restart();
    edge.context.run_one_for(1ms);
  }
  return !edge.told.empty();
}

TEST(OverloadOfUdp, IsToldWhileDatagramsWaitLongerThanTheyMay) {
  SlowEdge edge(patience(1ms));
  std::vector<Peer> peers;
  peers.push_back(Peer::udp(edge, edge.listen(Protocol::udp, loopback())));
  ASSERT_TRUE(floods(edge, peers));
  EXPECT_GE(edge.told.front(), 100U);
  EXPECT_TRUE(edge.run_until([&] { return edge.told.back() == 0; }));
}

TEST(OverloadOfUdp, IsNotToldOfABurst) {
  SlowEdge edge(patience(1ms));
  const Peer peer = Peer::udp(edge, edge.listen(Protocol::udp, loopback()));
  for (int i = 0; i < 20; ++i) peer.send(options_request());
  ASSERT_TRUE(edge.run_until([&] { return edge.messages.size() == 20; }));
  EXPECT_TRUE(edge.told.empty());
}

TEST(OverloadOfStreams, IsToldWhileReadyConnectionsWaitLongerThanTheyMay) {
  SlowEdge edge(patience(1ms));
  const Endpoint local = edge.listen(Protocol::tcp, loopback());
  std::vector<Peer> peers;
  for (int i = 0; i < 4; ++i) peers.push_back(Peer::tcp(edge, local));
  ASSERT_TRUE(floods(edge, peers));
  EXPECT_GE(edge.told.front(), 100U);
  EXPECT_TRUE(edge.run_until([&] { return edge.told.back() == 0; }));
}

TEST(OverloadOfStreams, IsNotToldWhenNobodyWants) {
  SlowEdge edge(patience(0ms));
  const Peer peer = Peer::tcp(edge, edge.listen(Protocol::tcp, loopback()));
  for (int i = 0; i < 100; ++i) peer.send(options_request());
  ASSERT_TRUE(edge.run_until([&] { return edge.messages.size() == 100; }));
  EXPECT_TRUE(edge.told.empty());
}

struct ReceiveBufferTest : testing::Test {
  Fd socket = *open_udp(loopback(), 65536);
  ReceiveBuffer buffer{socket.get(), 10'000ms};
  Fd sender = *open_udp(loopback());

  void arrive(int datagrams) const {
    const SocketAddress to(local_endpoint(socket.get()));
    const std::string text(500, 'x');
    for (int i = 0; i < datagrams; ++i)
      ::sendto(sender.get(), text.data(), text.size(), 0, &to.any, to.size());
  }
  void read_one() const {
    char octet = 0;
    ASSERT_EQ(::recv(socket.get(), &octet, 1, 0), 1);
  }
};

TEST_F(ReceiveBufferTest, ADatagramThatHasJustComeIsNothing) {
  arrive(1);
  read_one();
  EXPECT_LT(buffer.percent(socket.get()), 100U);
}

TEST_F(ReceiveBufferTest, HalfOfTheBufferIsAllThatMayBeUsed) {
  arrive(75);  // of 1280 octets each, where the kernel has made 131072 of 65536
  read_one();
  EXPECT_GE(buffer.percent(socket.get()), 100U);
}

TEST_F(ReceiveBufferTest, DatagramsThatWereLostShowOnce) {
  arrive(1000);
  for (char octet = 0; ::recv(socket.get(), &octet, 1, MSG_DONTWAIT) == 1;) {
  }
  EXPECT_GE(buffer.percent(socket.get()), 200U);
  EXPECT_LT(buffer.percent(socket.get()), 100U);
}

TEST(ReceiveBuffer, TellsHowLongWhatWasReadLastHasWaited) {
  const Fd socket = *open_udp(loopback());
  ReceiveBuffer buffer(socket.get(), 1ms);
  const SocketAddress to(local_endpoint(socket.get()));
  const auto waits = [&] {
    EXPECT_EQ(::sendto(socket.get(), "x", 1, 0, &to.any, to.size()), 1);
    for (const auto sent = Clock::now(); Clock::now() - sent < 5ms;) std::this_thread::yield();
    char octet = 0;
    EXPECT_EQ(::recv(socket.get(), &octet, 1, 0), 1);
    return buffer.percent(socket.get());
  };
  // The kernel begins a moment after it was asked to.
  unsigned percent = waits();
  for (int i = 0; i < 200 && percent < 500; ++i) percent = waits();
  EXPECT_GE(percent, 500U);
}

}  // namespace
}  // namespace flowgate::transport
