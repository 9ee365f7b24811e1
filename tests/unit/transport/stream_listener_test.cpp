#include "transport/stream_listener.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/resource.h>

#include "loopback.h"
#include "transport/socket.h"

namespace flowgate::transport {
namespace {

int option(int fd, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, level, name, &value, &size) == 0 ? value : -1;
}

// While it lives no file descriptor can be opened.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest = ::dup(0);  // all below are taken
    ::close(lowest);
    const rlimit none{static_cast<rlim_t>(lowest), before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST(StreamListener, OutOfDescriptorsItWaitsInsteadOfSpinning) {
  Edge edge;
  Peer alice = Peer::tcp(edge, edge.listen(Protocol::tcp, loopback()));
  {
    const NoDescriptors none;
    std::size_t handlers = 0;
    // The listener stays readable: each turn of a loop that spins would run its handler.
    for (int turn = 0; turn < 50; ++turn) handlers += edge.context.poll();
    EXPECT_GE(handlers, 1u);
    EXPECT_LE(handlers, 3u);
    EXPECT_EQ(edge.transport->connections(), 0u);
  }
  alice.send("\r\n\r\n");
  EXPECT_EQ(alice.read(2), "\r\n");
}

TEST(StreamListener, ManyAtOnceAreAllAccepted) {
  Edge edge;
  const Endpoint local = edge.listen(Protocol::tcp, loopback());
  std::vector<Peer> peers;
  for (int i = 0; i < 100; ++i) peers.push_back(Peer::tcp(edge, local));
  EXPECT_TRUE(edge.run_until([&] { return edge.transport->connections() == 100; }));
}

TEST(StreamListener, WhatAClientHasSaidAlreadyIsReadWhenItIsAccepted) {
  Edge edge;
  const Peer alice = Peer::tcp(edge, edge.listen(Protocol::tcp, loopback()));
  alice.send(options_request());
  ASSERT_TRUE(edge.run_until([&] { return edge.transport->connections() == 1; }));
  EXPECT_EQ(edge.messages.size(), 1u);
}

TEST(StreamListener, WhoIsClosedByWhatItHasSaidAlreadyIsGoneAndTheNextOneIsAccepted) {
  Edge edge;
  const Endpoint local = edge.listen(Protocol::tcp, loopback());
  Peer mallory = Peer::tcp(edge, local);
  mallory.send("nonsense\r\n\r\n");
  Peer alice = Peer::tcp(edge, local);
  alice.send("\r\n\r\n");
  EXPECT_EQ(alice.read(2), "\r\n");
  EXPECT_TRUE(mallory.sees_close());
  EXPECT_EQ(edge.transport->connections(), 1u);
}

// A peer that has vanished is found by the kernel, on accepted connections too.
TEST(StreamListener, AcceptedSocketsInheritKeepaliveAndUserTimeout) {
  const auto listener = open_listener(loopback());
  ASSERT_TRUE(listener);
  const auto client = open_towards(local_endpoint(listener->get()));
  ASSERT_TRUE(client);
  Fd accepted(-1);
  for (int i = 0; i < 1000 && !accepted; ++i) accepted = Fd(::accept(listener->get(), nullptr, nullptr));
  ASSERT_TRUE(accepted);
  for (const int fd : {accepted.get(), client->get()}) {
    EXPECT_EQ(option(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_NODELAY), 1);
    const int idle = option(fd, IPPROTO_TCP, TCP_KEEPIDLE);
    const int interval = option(fd, IPPROTO_TCP, TCP_KEEPINTVL);
    EXPECT_LE(idle, 60);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 60'000);
    // One lost probe alone must not end an idle connection.
    EXPECT_LT((idle + interval) * 1000, 60'000);
  }
}

TEST(StreamListener, SocketsAreNonblockingAndCloseOnExec) {
  for (const bool v6 : {false, true}) {
    for (const auto& socket : {open_listener(loopback(v6)), open_udp(loopback(v6))}) {
      ASSERT_TRUE(socket);
      EXPECT_TRUE(::fcntl(socket->get(), F_GETFL) & O_NONBLOCK);
      EXPECT_TRUE(::fcntl(socket->get(), F_GETFD) & FD_CLOEXEC);
      EXPECT_EQ(option(socket->get(), SOL_SOCKET, SO_REUSEPORT), 1);
      if (v6) {
        EXPECT_EQ(option(socket->get(), IPPROTO_IPV6, IPV6_V6ONLY), 1);
      }
    }
  }
}

}  // namespace
}  // namespace flowgate::transport
