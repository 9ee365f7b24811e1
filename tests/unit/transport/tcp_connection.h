// A TCP listener on the loopback address and the flow of a peer that has said something.
#pragma once

#include <gtest/gtest.h>

#include "loopback.h"

namespace flowgate::transport {

class TcpConnection : public testing::Test {
 protected:
  explicit TcpConnection(const Options& options = {}) : edge(options) {}

  Edge edge;
  Endpoint local = edge.listen(Protocol::tcp, loopback());

  Flow flow_of(Peer& peer) {
    const std::size_t before = edge.messages.size();
    peer.send(options_request());
    EXPECT_TRUE(edge.run_until([&] { return edge.messages.size() > before; }));
    return edge.messages.back().flow;
  }
};

}  // namespace flowgate::transport
