// RFC 5626 §7: "If a proxy or registrar receives information from the network that indicates that no future
// messages will be delivered on a specific flow, then the proxy MUST invalidate all the bindings in the
// target set that use that flow (regardless of AOR). Examples of this are a TCP socket closing or receiving a
// destination unreachable ICMP error on a UDP flow." draft-ietf-sip-outbound-00 §5.2.
#include <gtest/gtest.h>

#include "loopback.h"

namespace flowgate::transport {
namespace {

TEST(UdpFlowLoss, DISABLED_AFlowWhosePeerIsUnreachableIsReportedAsClosed) {
  Edge edge;
  Peer phone = Peer::udp(edge, edge.listen(Protocol::udp, loopback()));
  phone.send(options_request());
  ASSERT_TRUE(edge.run_until([&] { return edge.messages.size() == 1; }));
  const Flow flow = edge.messages[0].flow;
  phone.close();
  ASSERT_TRUE(edge.transport->send(flow, options_request()));
  EXPECT_TRUE(edge.run_until([&] { return !edge.closed_flows.empty(); }, std::chrono::seconds(1)));
  ASSERT_EQ(edge.closed_flows.size(), 1U);
  EXPECT_EQ(edge.closed_flows[0], flow);
}

}  // namespace
}  // namespace flowgate::transport
