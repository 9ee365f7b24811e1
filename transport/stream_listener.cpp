#include "transport/stream_listener.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>

#include "transport/shard.h"
#include "transport/socket_address.h"

namespace flowgate::transport {
namespace {

// Then the connections that there are have their turn. A handshake takes as long as dozens of messages: in an
// avalanche the new ones wait in the backlog, not those that are served already.
constexpr unsigned accepts_per_wakeup = 32;
constexpr unsigned secure_accepts_per_wakeup = 8;
constexpr std::chrono::milliseconds pause_time{100};

// accept(2): errors of the connection that was about to be accepted, not of the listener.
bool only_this_one() {
  switch (errno) {
    case ECONNABORTED:
    case EINTR:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
      return true;
    default:
      return false;
  }
}

// A tenth of what accept() takes to find nothing: that makes a socket first.
bool another_waits(int fd) {
  pollfd listener{fd, POLLIN, 0};
  return ::poll(&listener, 1, 0) > 0;
}

}  // namespace

StreamListener::StreamListener(std::shared_ptr<Shard> shard, Protocol protocol, Descriptor socket)
    : shard_(std::move(shard)),
      protocol_(protocol),
      socket_(std::move(socket)),
      local_(local_endpoint(socket_.native_handle())),
      pause_(shard_->context) {}

void StreamListener::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  pause_.cancel();
}

void StreamListener::wait_readable() {
  socket_.async_wait(Descriptor::wait_read, [self = shared_from_this()](boost::system::error_code error) {
    if (!error && self->socket_.is_open()) self->accept();
  });
}

void StreamListener::accept() {
  const unsigned most = is_secure(protocol_) ? secure_accepts_per_wakeup : accepts_per_wakeup;
  for (unsigned i = 0; i < most; ++i) {
    SocketAddress remote;
    socklen_t size = sizeof remote;
    Fd fd(::accept4(socket_.native_handle(), &remote.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) {
      if (!shard_->connections.full())
        shard_->connections.accept(protocol_, std::move(fd), local_, remote.endpoint());
      if (!socket_.is_open()) return;
      if (!another_waits(socket_.native_handle())) break;
    } else if (would_block()) {
      break;
    } else if (!only_this_one()) {
      return pause();
    }
  }
  wait_readable();
}

// Out of descriptors or memory: the connection stays in the backlog and the listener readable, so waiting for
// that would spin.
void StreamListener::pause() {
  pause_.expires_after(pause_time);
  pause_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error && self->socket_.is_open()) self->accept();
  });
}

}  // namespace flowgate::transport
