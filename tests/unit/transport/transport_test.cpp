#include "transport/transport.h"

#include <gtest/gtest.h>

#include <boost/system/system_error.hpp>

#include "loopback.h"

namespace flowgate::transport {
namespace {

std::string failure_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const boost::system::system_error& error) {
    return error.what();
  }
  return "";
}

TEST(Listen, AnAddressThatIsTakenIsNamedInTheError) {
  Edge edge;
  const int taken = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  SocketAddress address(loopback());
  socklen_t size = address.size();
  ASSERT_EQ(::bind(taken, &address.any, size), 0);
  ASSERT_EQ(::listen(taken, 1), 0);
  ::getsockname(taken, &address.any, &size);
  const std::string text = failure_of([&] { edge.listen(Protocol::tcp, address.endpoint()); });
  EXPECT_NE(text.find("tcp:" + address.endpoint().text()), text.npos) << text;
  EXPECT_NE(text.find("in use"), text.npos) << text;
  ::close(taken);
}

TEST(Listen, AnAddressOfAnotherHostIsAnError) {
  Edge edge;
  const Endpoint elsewhere = *Endpoint::from("203.0.113.7", 0);
  for (const Protocol protocol : {Protocol::udp, Protocol::tcp}) {
    EXPECT_NE(failure_of([&] { edge.listen(protocol, elsewhere); }).find("203.0.113.7:0"), std::string::npos);
  }
}

TEST(Listen, TlsWithoutACertificateIsAnError) {
  Edge edge;
  EXPECT_NE(failure_of([&] { edge.listen(Protocol::tls, loopback()); }).find("tls:127.0.0.1:0"),
            std::string::npos);
}

// Every shard binds the same addresses.
TEST(Listen, TwoShardsShareOnePort) {
  Edge first;
  Edge second({}, nullptr, 1);
  const Endpoint udp = first.listen(Protocol::udp, loopback());
  EXPECT_EQ(second.listen(Protocol::udp, udp), udp);
  const Endpoint tcp = first.listen(Protocol::tcp, loopback());
  EXPECT_EQ(second.listen(Protocol::tcp, tcp), tcp);
}

TEST(Listen, UdpAndTcpMayShareAPortNumber) {
  Edge edge;
  const Endpoint udp = edge.listen(Protocol::udp, loopback());
  EXPECT_EQ(edge.listen(Protocol::tcp, udp), udp);
}

TEST(Stop, NothingWorksAnyMore) {
  Edge edge;
  const Endpoint local = edge.listen(Protocol::udp, loopback());
  edge.transport->stop();
  edge.transport->stop();
  EXPECT_FALSE(edge.transport->send({Protocol::udp, local, local, 0}, "hello"));
  bool failed = false;
  edge.transport->connect(Protocol::udp, local, "", [&](auto flow) { failed = !flow; });
  EXPECT_TRUE(failed);
}

}  // namespace
}  // namespace flowgate::transport
