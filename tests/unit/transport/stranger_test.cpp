#include "transport/stranger.h"

#include "tcp_connection.h"

namespace flowgate::transport {
namespace {

Options impatient() {
  Options options;
  options.unaccepted_timeout = std::chrono::seconds(1);
  return options;
}

class StrangerTest : public TcpConnection {
 protected:
  StrangerTest() : TcpConnection(impatient()) {}

  // More than the time that a stranger has.
  void waits() {
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(1700);
    edge.run_until([&] { return std::chrono::steady_clock::now() > until; });
  }
};

TEST(Acceptance, IsA2xx) {
  EXPECT_EQ(acceptance_of("SIP/2.0 200 OK\r\n"), Acceptance::accepted);
  EXPECT_EQ(acceptance_of("SIP/2.0 202 Accepted\r\n"), Acceptance::accepted);
  for (const char* refusal : {"SIP/2.0 100 Trying", "SIP/2.0 401 Unauthorized", "SIP/2.0 302 Moved",
                              "SIP/2.0 ", "\r\n", "", "\x01\x01"})
    EXPECT_EQ(acceptance_of(refusal), Acceptance::none) << refusal;
}

TEST(Acceptance, IsOutstandingWhileSomethingIsBeingWorkedOn) {
  EXPECT_EQ(acceptance_of("SIP/2.0 180 Ringing\r\n"), Acceptance::outstanding);
  EXPECT_EQ(acceptance_of("INVITE sip:alice@192.0.2.1 SIP/2.0\r\n"), Acceptance::outstanding);
}

TEST_F(StrangerTest, IsClosedWhenNothingWasAcceptedInTime) {
  Peer silent = Peer::tcp(edge, local), pinging = Peer::tcp(edge, local), refused = Peer::tcp(edge, local);
  pinging.send("\r\n\r\n");
  edge.transport->send(flow_of(refused), "SIP/2.0 401 Unauthorized\r\n\r\n");
  EXPECT_TRUE(silent.sees_close());
  EXPECT_TRUE(pinging.sees_close());
  EXPECT_TRUE(refused.sees_close());
  EXPECT_TRUE(edge.run_until([&] { return edge.closed_flows.size() == 1; }));
}

TEST_F(StrangerTest, IsNoneAnyMoreWhenSomethingWasAccepted) {
  Peer alice = Peer::tcp(edge, local);
  edge.transport->send(flow_of(alice), "SIP/2.0 200 OK\r\n\r\n");
  waits();
  EXPECT_EQ(edge.transport->connections(), 1U);
}

TEST_F(StrangerTest, HasTimeAnewWhileHisRequestIsBeingWorkedOn) {
  Peer alice = Peer::tcp(edge, local);
  const Flow flow = flow_of(alice);
  const auto begin = std::chrono::steady_clock::now();
  edge.run_until([&] { return std::chrono::steady_clock::now() - begin > std::chrono::milliseconds(600); });
  edge.transport->send(flow, "SIP/2.0 180 Ringing\r\n\r\n");
  EXPECT_TRUE(alice.sees_close());
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(1500));
}

TEST_F(StrangerTest, IsNobodyWhomWeConnectTo) {
  Edge other{impatient()};
  const Endpoint there = other.listen(Protocol::tcp, loopback());
  std::optional<Flow> flow;
  edge.transport->connect(Protocol::tcp, there, "", [&](boost::system::result<Flow> made) { flow = *made; });
  ASSERT_TRUE(edge.run_until([&] { return flow.has_value(); }));
  waits();
  EXPECT_TRUE(edge.transport->send(*flow, "x"));
}

TEST(Stranger, IsNoConfiguredPeer) {
  Options options = impatient();
  options.peers = {*AddressPrefix::from("127.0.0.0/8")};
  Edge edge{options};
  Peer peer = Peer::tcp(edge, edge.listen(Protocol::tcp, loopback()));
  const auto begin = std::chrono::steady_clock::now();
  edge.run_until([&] { return std::chrono::steady_clock::now() - begin > std::chrono::milliseconds(1700); });
  EXPECT_EQ(edge.transport->connections(), 1U);
}

}  // namespace
}  // namespace flowgate::transport
