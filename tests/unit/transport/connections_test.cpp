#include "transport/connections.h"

#include <gtest/gtest.h>

#include "loopback.h"

namespace flowgate::transport {
namespace {

using Result = boost::system::result<Flow>;

class Connect : public testing::TestWithParam<bool> {
 protected:
  Transport::Connected note() {
    return [this](Result result) { results.push_back(result); };
  }
  bool done(std::size_t count) {
    return edge.run_until([&] { return results.size() >= count; });
  }

  Edge edge;
  Edge there;
  std::vector<Result> results;
};

INSTANTIATE_TEST_SUITE_P(IPv4AndIPv6, Connect, testing::Bool(),
                         [](const auto& info) { return info.param ? "IPv6" : "IPv4"; });

TEST_P(Connect, MakesAFlowThatWorksBothWays) {
  const Endpoint remote = there.listen(Protocol::tcp, loopback(GetParam()));
  edge.transport->connect(Protocol::tcp, remote, "", note());
  ASSERT_TRUE(done(1));
  ASSERT_TRUE(results[0]) << results[0].error().message();
  const Flow flow = *results[0];
  EXPECT_EQ(flow.remote, remote);
  EXPECT_TRUE(flow.local.same_address(loopback(GetParam())));
  there.on_received = [&](const Flow& back, std::span<char>) {
    there.transport->send(back, options_request("back"));
  };
  EXPECT_TRUE(edge.transport->send(flow, options_request("forth")));
  ASSERT_TRUE(edge.run_until([&] {
    there.drain();
    return !edge.messages.empty();
  }));
  EXPECT_EQ(edge.messages[0].text, options_request("back"));
  EXPECT_EQ(edge.messages[0].flow, flow);
  EXPECT_EQ(there.messages[0].flow.remote, flow.local);
}

TEST_F(Connect, UsesTheOpenConnectionThatThereIs) {
  const Endpoint remote = there.listen(Protocol::tcp, loopback());
  edge.transport->connect(Protocol::tcp, remote, "", note());
  ASSERT_TRUE(done(1));
  edge.transport->connect(Protocol::tcp, remote, "", note());
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(*results[0], *results[1]);
  EXPECT_EQ(edge.transport->connections(), 1u);
}

TEST_F(Connect, SeveralShareOneAttempt) {
  const Endpoint remote = there.listen(Protocol::tcp, loopback());
  for (int i = 0; i < 3; ++i) edge.transport->connect(Protocol::tcp, remote, "", note());
  EXPECT_TRUE(results.empty());
  ASSERT_TRUE(done(3));
  EXPECT_EQ(*results[0], *results[1]);
  EXPECT_EQ(*results[0], *results[2]);
  EXPECT_EQ(edge.transport->connections(), 1u);
}

TEST_F(Connect, AnotherDestinationIsAnotherConnection) {
  edge.transport->connect(Protocol::tcp, there.listen(Protocol::tcp, loopback()), "", note());
  edge.transport->connect(Protocol::tcp, there.listen(Protocol::tcp, loopback()), "", note());
  ASSERT_TRUE(done(2));
  EXPECT_NE(results[0]->serial, results[1]->serial);
}

TEST_F(Connect, AConnectionThatIsGoneIsNotUsedAgain) {
  const Endpoint remote = there.listen(Protocol::tcp, loopback());
  edge.transport->connect(Protocol::tcp, remote, "", note());
  ASSERT_TRUE(done(1));
  ASSERT_TRUE(there.run_until([&] { return there.transport->connections() == 1; }));
  there.transport->stop();
  ASSERT_TRUE(edge.run_until([&] { return edge.closed_flows.size() == 1; }));
  EXPECT_EQ(edge.closed_flows[0], *results[0]);
  Edge again;
  again.listen(Protocol::tcp, remote);
  edge.transport->connect(Protocol::tcp, remote, "", note());
  ASSERT_TRUE(done(2));
  ASSERT_TRUE(results[1]);
  EXPECT_GT(results[1]->serial, results[0]->serial);
}

TEST_F(Connect, NobodyThereIsAnError) {
  const Endpoint remote = there.listen(Protocol::tcp, loopback());
  there.transport->stop();
  edge.transport->connect(Protocol::tcp, remote, "", note());
  edge.transport->connect(Protocol::tcp, remote, "", note());
  ASSERT_TRUE(done(2));
  for (const auto& result : results) EXPECT_EQ(result.error(), boost::system::errc::connection_refused);
  edge.drain();
  EXPECT_TRUE(edge.closed_flows.empty());
  EXPECT_EQ(edge.transport->connections(), 0u);
}

TEST_F(Connect, AnotherAttemptMayBeMadeInsideTheFailure) {
  const Endpoint remote = there.listen(Protocol::tcp, loopback());
  there.transport->stop();
  edge.transport->connect(Protocol::tcp, remote, "", [&](Result first) {
    results.push_back(first);
    edge.transport->connect(Protocol::tcp, remote, "", note());
  });
  ASSERT_TRUE(done(2));
  EXPECT_FALSE(results[1]);
}

TEST_F(Connect, NoContextsMeansNoTls) {
  edge.transport->connect(Protocol::tls, at(loopback(), 5061), "example.com", note());
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].error(), boost::system::errc::operation_not_supported);
}

TEST_F(Connect, StopForgetsWhoIsWaiting) {
  edge.transport->connect(Protocol::tcp, there.listen(Protocol::tcp, loopback()), "", note());
  edge.transport->stop();
  edge.drain();
  EXPECT_TRUE(results.empty());
}

TEST_F(Connect, TheConnectionMayBeLostInsideTheFirstAnswer) {
  const Endpoint remote = there.listen(Protocol::tcp, loopback());
  edge.transport->connect(Protocol::tcp, remote, "", [&](Result) { edge.transport.reset(); });
  edge.transport->connect(Protocol::tcp, remote, "", note());
  ASSERT_TRUE(edge.run_until([&] { return !edge.transport; }));
  edge.drain();
  EXPECT_TRUE(results.empty());
}

TEST(Connections, OverTheMaximumAreAcceptedAndClosedAtOnce) {
  Options options;
  options.max_connections = 2;
  Edge edge(options);
  const Endpoint local = edge.listen(Protocol::tcp, loopback());
  Peer first = Peer::tcp(edge, local);
  Peer second = Peer::tcp(edge, local);
  Peer third = Peer::tcp(edge, local);
  EXPECT_TRUE(third.sees_close());
  EXPECT_EQ(edge.transport->connections(), 2u);
  bool failed = false;
  edge.transport->connect(Protocol::tcp, local, "", [&](Result result) { failed = !result; });
  EXPECT_TRUE(failed);
  first.close();
  ASSERT_TRUE(edge.run_until([&] { return edge.transport->connections() == 1; }));
  Peer fourth = Peer::tcp(edge, local);
  fourth.send("\r\n\r\n");
  EXPECT_EQ(fourth.read(2), "\r\n");
}

}  // namespace
}  // namespace flowgate::transport
