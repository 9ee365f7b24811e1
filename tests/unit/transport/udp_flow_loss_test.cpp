// RFC 5626 §7: "If a proxy or registrar receives information from the network that indicates that no future
// messages will be delivered on a specific flow, then the proxy MUST invalidate all the bindings in the
// target set that use that flow (regardless of AOR). Examples of this are a TCP socket closing or receiving a
// destination unreachable ICMP error on a UDP flow." draft-ietf-sip-outbound-00 §5.2.
#include <gtest/gtest.h>

#include <algorithm>

#include "loopback.h"
#include "transport/datagram_queue.h"

namespace flowgate::transport {
namespace {

class UdpFlowLoss : public testing::TestWithParam<bool> {
 protected:
  bool v6() const { return GetParam(); }
  Flow flow_to(const Peer& peer) const { return {Protocol::udp, local, peer.local(), 0}; }
  void sends(const Flow& flow) { EXPECT_TRUE(edge.transport->send(flow, options_request())); }
  bool hears_of(std::size_t flows) {
    return edge.run_until([&] { return edge.unreachable_flows.size() >= flows; });
  }

  Edge edge;
  const Endpoint local = edge.listen(Protocol::udp, loopback(v6()));
  Peer alice = Peer::udp(edge, local);
  Peer bob = Peer::udp(edge, local);
};

INSTANTIATE_TEST_SUITE_P(IPv4AndIPv6, UdpFlowLoss, testing::Bool(),
                         [](const auto& info) { return info.param ? "IPv6" : "IPv4"; });

TEST_P(UdpFlowLoss, AFlowWhosePeerIsUnreachableIsReported) {
  const Flow flow = flow_to(bob);
  bob.close();
  sends(flow);
  ASSERT_TRUE(hears_of(1));
  edge.drain();
  EXPECT_EQ(edge.unreachable_flows, std::vector{flow});
  EXPECT_TRUE(edge.closed_flows.empty());
}

TEST_P(UdpFlowLoss, OnAWildcardListenerTheFlowHasTheAddressThatItWasSentFrom) {
  const Endpoint wild = edge.listen(Protocol::udp, wildcard(v6()));
  Flow flow = flow_to(bob);
  flow.local.port = wild.port;
  // Not what the kernel would choose.
  if (!v6()) flow.local = *Endpoint::from("127.0.0.2", wild.port);
  bob.close();
  sends(flow);
  ASSERT_TRUE(hears_of(1));
  EXPECT_EQ(edge.unreachable_flows, std::vector{flow});
}

TEST_P(UdpFlowLoss, IsNeverReportedFromInsideSend) {
  const Flow flow = flow_to(bob);
  bob.close();
  for (std::size_t i = 0; i < 4 * DatagramQueue::batch; ++i) sends(flow);
  EXPECT_TRUE(edge.unreachable_flows.empty());
  EXPECT_TRUE(hears_of(1));
}

// The error of one datagram is the answer to the system call that sends the next.
TEST_P(UdpFlowLoss, CostsTheDatagramsOfOtherFlowsNothing) {
  const Flow to_bob = flow_to(bob), to_alice = flow_to(alice);
  bob.close();
  for (int i = 0; i < 100; ++i) {
    sends(to_bob);
    EXPECT_TRUE(edge.transport->send(to_alice, std::to_string(i)));
  }
  for (int i = 0; i < 100; ++i) ASSERT_EQ(alice.read_datagram().first, std::to_string(i));
  ASSERT_TRUE(hears_of(1));
  for (const Flow& flow : edge.unreachable_flows) EXPECT_EQ(flow, to_bob);
}

TEST_P(UdpFlowLoss, CostsWhatComesInNothing) {
  const Flow to_bob = flow_to(bob);
  bob.close();
  for (std::size_t i = 0; i < 50; ++i) {
    sends(to_bob);
    alice.send(options_request());
    ASSERT_TRUE(edge.run_until([&] { return edge.messages.size() == i + 1; }));
  }
  EXPECT_TRUE(hears_of(1));
}

TEST_P(UdpFlowLoss, IsReportedOfEachOfManyFlows) {
  std::vector<Flow> lost;
  for (std::size_t i = 0; i < UdpErrors::max_flows / 2; ++i) lost.push_back(flow_to(Peer::udp(edge, local)));
  std::ranges::sort(lost);
  lost.erase(std::ranges::unique(lost).begin(), lost.end());
  for (const Flow& flow : lost) sends(flow);
  ASSERT_TRUE(hears_of(lost.size()));
  std::ranges::sort(edge.unreachable_flows);
  EXPECT_EQ(edge.unreachable_flows, lost);
}

// draft §5.2: "a network error when sending".
TEST_P(UdpFlowLoss, IsReportedWhenTheKernelRefusesToSend) {
  const Flow nowhere{Protocol::udp, local, at(local, 0), 0};
  sends(nowhere);
  ASSERT_TRUE(hears_of(1));
  EXPECT_EQ(edge.unreachable_flows, std::vector{nowhere});
}

TEST_P(UdpFlowLoss, IsNotSeenInAMessageThatIsTooLargeForADatagram) {
  EXPECT_TRUE(edge.transport->send(flow_to(alice), std::string(66000, 'x')));
  EXPECT_TRUE(edge.transport->send(flow_to(alice), "hello"));
  EXPECT_EQ(alice.read_datagram().first, "hello");
  edge.drain();
  EXPECT_TRUE(edge.unreachable_flows.empty());
}

TEST_P(UdpFlowLoss, IsNotReportedOnceTheTransportHasStopped) {
  const Flow flow = flow_to(bob);
  bob.close();
  sends(flow);
  edge.context.run_one();
  edge.transport->stop();
  edge.drain();
  EXPECT_TRUE(edge.unreachable_flows.empty());
}

}  // namespace
}  // namespace flowgate::transport
