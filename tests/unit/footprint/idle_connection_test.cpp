// What a connection takes while nothing comes over it.
#include <gtest/gtest.h>
#include <malloc.h>

#include <deque>

#include "tests/unit/transport/tcp_connection.h"

namespace flowgate::transport {
namespace {

// The bar: an idle TCP flow under 1 KiB of user space.
TEST_F(TcpConnection, AnIdleConnectionCostsLessThanAKibibyte) {
  constexpr std::size_t count = 500;
  std::deque<Peer> peers;
  const auto connect = [&](std::size_t more) {
    for (std::size_t i = 0; i < more; ++i) {
      peers.push_back(Peer::tcp(edge, local));
      peers.back().send(options_request("hello").substr(0, 20));
      edge.drain();
      peers.back().send(options_request("hello").substr(20));
      ASSERT_TRUE(edge.run_until([&] { return edge.messages.size() == 1; }));
      edge.messages.clear();
    }
  };
  connect(10);
  const std::size_t before = ::mallinfo2().uordblks;
  connect(count);
  const std::size_t after = ::mallinfo2().uordblks;
  EXPECT_LT((after - before) / count, 1024u - sizeof(Peer));
  RecordProperty("octets", static_cast<int>((after - before) / count - sizeof(Peer)));
}

}  // namespace
}  // namespace flowgate::transport
