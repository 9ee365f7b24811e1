// Sockets with the options that a SIP edge needs: nonblocking, close-on-exec, one set per shard.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/system/result.hpp>
#include <cstddef>
#include <utility>

#include "flowtoken/flow.h"

namespace flowgate::transport {

// Owns a file descriptor until it is handed to a Descriptor.
class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd();
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

// Only ever waited on; what moves octets are the system's own calls.
using Descriptor = boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;
boost::system::error_code assign(Descriptor& descriptor, Fd fd);

boost::system::error_code last_error();
// EAGAIN and its like: nothing for now, no error.
bool would_block();

// `buffer`: octets for what waits to be read, and as many for what waits to be sent; the kernel may give
// less.
[[nodiscard]] boost::system::result<Fd> open_udp(const Endpoint& local, std::size_t buffer = 8 << 20);
[[nodiscard]] boost::system::result<Fd> open_listener(const Endpoint& local);
// A TCP socket on its way to `remote`: writable when it has arrived, or failed (pending_error).
[[nodiscard]] boost::system::result<Fd> open_towards(const Endpoint& remote);
boost::system::error_code pending_error(int fd);
// Is anybody else bound to the address? Another process of this user could share it unnoticed (SO_REUSEPORT),
// and half of the phones with it.
boost::system::error_code check_unused(Protocol protocol, const Endpoint& local);

Endpoint local_endpoint(int fd);
// The address that the kernel would send from to `remote`; port 0.
[[nodiscard]] boost::system::result<Endpoint> source_towards(const Endpoint& remote);

}  // namespace flowgate::transport
