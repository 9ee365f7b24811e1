#include "transport/datagram_queue.h"

#include <gtest/gtest.h>

#include "loopback.h"
#include "transport/socket.h"

namespace flowgate::transport {
namespace {

class DatagramQueueTest : public testing::Test {
 protected:
  Edge edge;
  Endpoint local = edge.listen(Protocol::udp, loopback());
  Peer alice = Peer::udp(edge, local);
  Fd sender = *open_udp(loopback());
  UdpErrors errors{loopback()};
  DatagramQueue queue;
};

TEST_F(DatagramQueueTest, SendsMoreThanOneBatchInOrder) {
  for (int i = 0; i < 100; ++i) queue.push(nullptr, alice.local(), std::to_string(i));
  EXPECT_EQ(queue.size(), 100u);
  EXPECT_TRUE(queue.flush(sender.get(), errors));
  EXPECT_EQ(queue.size(), 0u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(alice.read_datagram().first, std::to_string(i));
}

TEST_F(DatagramQueueTest, SkipsOnlyWhatIsRefused) {
  for (int i = 0; i < 100; ++i) {
    queue.push(nullptr, i % 3 == 0 ? at(loopback(), 0) : alice.local(), std::to_string(i));
  }
  EXPECT_TRUE(queue.flush(sender.get(), errors));
  for (int i = 0; i < 100; ++i) {
    if (i % 3 == 0) continue;
    EXPECT_EQ(alice.read_datagram().first, std::to_string(i));
  }
}

TEST_F(DatagramQueueTest, TheSourceMayBeChosenForEach) {
  Fd wild = *open_udp(wildcard());
  const std::uint16_t port = local_endpoint(wild.get()).port;
  for (const auto* address : {"127.0.0.3", "127.0.0.4"}) {
    const Endpoint source = *Endpoint::from(address, port);
    queue.push(&source, alice.local(), address);
  }
  EXPECT_TRUE(queue.flush(wild.get(), errors));
  EXPECT_EQ(alice.read_datagram(), std::pair(std::string("127.0.0.3"), *Endpoint::from("127.0.0.3", port)));
  EXPECT_EQ(alice.read_datagram(), std::pair(std::string("127.0.0.4"), *Endpoint::from("127.0.0.4", port)));
}

TEST_F(DatagramQueueTest, IsBoundedInNumberAndOctets) {
  for (std::size_t i = 0; i < DatagramQueue::max_datagrams + 10; ++i) queue.push(nullptr, alice.local(), "x");
  EXPECT_EQ(queue.size(), DatagramQueue::max_datagrams);
  DatagramQueue large;
  for (int i = 0; i < 100; ++i) large.push(nullptr, alice.local(), std::string(60000, 'x'));
  EXPECT_EQ(large.size(), DatagramQueue::max_octets / 60000);
}

}  // namespace
}  // namespace flowgate::transport
