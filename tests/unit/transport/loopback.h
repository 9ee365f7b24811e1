// A Transport on loopback addresses, and peers made of plain sockets. Nothing sleeps: the io_context runs
// until what is expected has happened, or a generous deadline is over.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "transport/socket_address.h"
#include "transport/transport.h"

namespace flowgate::transport {

inline Endpoint loopback(bool v6 = false) {
  return *Endpoint::from(v6 ? "::1" : "127.0.0.1", 0);
}
inline Endpoint wildcard(bool v6 = false) {
  return *Endpoint::from(v6 ? "::" : "0.0.0.0", 0);
}
inline Endpoint at(Endpoint endpoint, std::uint16_t port) {
  endpoint.port = port;
  return endpoint;
}

inline std::string options_request(const std::string& body = "") {
  return "OPTIONS sip:example.com SIP/2.0\r\nVia: SIP/2.0/TCP a.invalid;branch=z9hG4bK1\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

inline std::shared_ptr<const TlsContexts> unowned(const TlsContexts& contexts) {
  return {std::shared_ptr<void>(), &contexts};
}

class Edge : public Receiver {
 public:
  struct Received {
    Flow flow;
    std::string text;
  };

  // `tls` outlives the edge.
  explicit Edge(const Options& options = {}, const TlsContexts* tls = nullptr, unsigned shard = 0)
      : transport(std::make_unique<Transport>(context, shard, 0x123456700, options,
                                              tls ? unowned(*tls) : nullptr, *this)) {}

  Endpoint listen(Protocol protocol, const Endpoint& local) {
    return transport->listen({protocol, local}).local;
  }

  void received(const Flow& flow, std::span<char> text) override {
    messages.push_back({flow, {text.data(), text.size()}});
    if (on_received) on_received(flow, text);
  }
  void closed(const Flow& flow) override {
    closed_flows.push_back(flow);
    if (on_closed) on_closed(flow);
  }
  void unreachable(const Flow& flow) override { unreachable_flows.push_back(flow); }

  // False: it has not happened.
  bool run_until(const std::function<bool()>& condition,
                 std::chrono::seconds limit = std::chrono::seconds(10)) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      context.restart();
      context.run_one_for(std::chrono::milliseconds(5));
    }
    return true;
  }
  // Everything that is ready has been handled.
  void drain() {
    context.restart();
    while (context.poll() > 0) {
    }
  }

  boost::asio::io_context context;
  std::unique_ptr<Transport> transport;
  std::vector<Received> messages;
  std::vector<Flow> closed_flows;
  std::vector<Flow> unreachable_flows;
  std::function<void(const Flow&, std::span<char>)> on_received;
  std::function<void(const Flow&)> on_closed;
};

class Peer {
 public:
  static Peer tcp(Edge& edge, const Endpoint& remote) { return Peer(edge, remote, SOCK_STREAM); }
  // Bound to the loopback address; sends to `remote` and takes from anywhere.
  static Peer udp(Edge& edge, const Endpoint& remote) { return Peer(edge, remote, SOCK_DGRAM); }

  Peer(Peer&& other) noexcept
      : edge_(other.edge_),
        remote_(other.remote_),
        fd_(std::exchange(other.fd_, -1)),
        datagrams_(other.datagrams_),
        octets_(std::move(other.octets_)) {}
  ~Peer() { close(); }

  int fd() const { return fd_; }
  Endpoint local() const {
    SocketAddress address;
    socklen_t size = sizeof address;
    ::getsockname(fd_, &address.any, &size);
    return address.endpoint();
  }

  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  void shut_down() const { ::shutdown(fd_, SHUT_WR); }

  void send(std::string_view text) const {
    const SocketAddress to(remote_);
    do {
      const ssize_t sent = ::sendto(fd_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                                    datagrams_ ? &to.any : nullptr, datagrams_ ? to.size() : 0);
      if (sent >= 0) {
        text.remove_prefix(static_cast<std::size_t>(sent));
      } else if (errno == EAGAIN) {
        edge_->drain();
      } else {
        throw std::runtime_error("the peer cannot send");
      }
    } while (!text.empty());
  }

  // What has come so far, once there are `size` octets (or the connection is closed).
  std::string read(std::size_t size) {
    edge_->run_until([&] { return !pull() || octets_.size() >= size; });
    return std::exchange(octets_, {});
  }
  // One datagram and where it came from.
  std::pair<std::string, Endpoint> read_datagram() {
    std::pair<std::string, Endpoint> result;
    edge_->run_until([&] {
      std::string buffer(65536, 0);
      SocketAddress from;
      socklen_t length = sizeof from;
      const ssize_t size = ::recvfrom(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT, &from.any, &length);
      if (size < 0) return false;
      buffer.resize(static_cast<std::size_t>(size));
      result = {std::move(buffer), from.endpoint()};
      return true;
    });
    return result;
  }
  bool sees_close() {
    return edge_->run_until([&] { return !pull(); });
  }

 private:
  Peer(Edge& edge, const Endpoint& remote, int type)
      : edge_(&edge), remote_(remote), fd_(-1), datagrams_(type == SOCK_DGRAM) {
    const int flags = SOCK_CLOEXEC | (datagrams_ ? SOCK_NONBLOCK : 0);
    fd_ = ::socket(remote.v6 ? AF_INET6 : AF_INET, type | flags, 0);
    const SocketAddress mine(loopback(remote.v6));
    const SocketAddress to(remote);
    if (datagrams_ ? ::bind(fd_, &mine.any, mine.size()) : ::connect(fd_, &to.any, to.size())) {
      throw std::runtime_error("no socket for the peer");
    }
  }

  // False: the other side has closed.
  bool pull() {
    char buffer[4096];
    for (;;) {
      const ssize_t count = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
      if (count < 0 && errno == EAGAIN) return true;
      if (count <= 0) return false;
      octets_.append(buffer, static_cast<std::size_t>(count));
    }
  }

  Edge* edge_;
  Endpoint remote_;
  int fd_;
  bool datagrams_ = false;
  std::string octets_;
};

}  // namespace flowgate::transport
