#include "transport/socket.h"

#include <netinet/tcp.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "transport/socket_address.h"

namespace flowgate::transport {
namespace {

constexpr int listen_backlog = 4096;

// A peer that has vanished is found within a minute, with data under way or without: an idle connection is
// probed behind 45 s, then every 5 s. The kernel gives an idle connection up when TCP_USER_TIMEOUT is over
// and one probe is unanswered, so the two belong together: 45 + 3 * 5 leaves three probes.
constexpr int keepalive_idle_s = 45;
constexpr int keepalive_interval_s = 5;
constexpr int keepalive_probes = 3;
constexpr int user_timeout_ms = 1000 * (keepalive_idle_s + keepalive_probes * keepalive_interval_s);

int family_of(const Endpoint& endpoint) {
  return endpoint.v6 ? AF_INET6 : AF_INET;
}

Fd open_socket(const Endpoint& endpoint, int type) {
  return Fd(::socket(family_of(endpoint), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

bool set(int fd, int level, int name, int value) {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

bool bind_alone(int fd, const Endpoint& local) {
  const SocketAddress address(local);
  // An IPv6 wildcard must not take the IPv4 addresses as well: they have a listener of their own.
  if (local.v6 && !set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) return false;
  return ::bind(fd, &address.any, address.size()) == 0;
}

bool bind_to(int fd, const Endpoint& local) {
  return set(fd, SOL_SOCKET, SO_REUSEPORT, 1) && bind_alone(fd, local);
}

// Many messages may come between two wakeups. FORCE needs a privilege; without it the system's limit holds.
void set_buffer(int fd, int forced, int plain, std::size_t octets) {
  const int size = static_cast<int>(octets);
  if (!set(fd, SOL_SOCKET, forced, size)) set(fd, SOL_SOCKET, plain, size);
}

// On Linux accepted sockets inherit all of these from their listener.
bool tune_stream(int fd) {
  return set(fd, IPPROTO_TCP, TCP_NODELAY, 1) && set(fd, SOL_SOCKET, SO_KEEPALIVE, 1) &&
         set(fd, IPPROTO_TCP, TCP_KEEPIDLE, keepalive_idle_s) &&
         set(fd, IPPROTO_TCP, TCP_KEEPINTVL, keepalive_interval_s) &&
         set(fd, IPPROTO_TCP, TCP_KEEPCNT, keepalive_probes) &&
         set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, user_timeout_ms);
}

// A socket bound to a wildcard address must be told the address that each datagram came to.
bool ask_for_local_address(int fd, const Endpoint& local) {
  return local.v6 ? set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) : set(fd, IPPROTO_IP, IP_PKTINFO, 1);
}

// The errors that ICMP brings back are kept with the addresses of the datagram that they are about.
bool ask_for_errors(int fd, const Endpoint& local) {
  return local.v6 ? set(fd, IPPROTO_IPV6, IPV6_RECVERR, 1) : set(fd, IPPROTO_IP, IP_RECVERR, 1);
}

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

boost::system::error_code assign(Descriptor& descriptor, Fd fd) {
  boost::system::error_code error;
  descriptor.assign(fd.get(), error);
  if (!error) fd.release();
  return error;
}

boost::system::error_code last_error() {
  return {errno, boost::system::system_category()};
}

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

boost::system::error_code check_unused(Protocol protocol, const Endpoint& local) {
  const Fd fd = open_socket(local, is_stream(protocol) ? SOCK_STREAM : SOCK_DGRAM);
  // Connections of a process that has ended may linger on the port (TIME_WAIT); they are not in the way.
  const bool ready = fd && (!is_stream(protocol) || set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1));
  if (ready && bind_alone(fd.get(), local)) return {};
  return last_error();
}

boost::system::result<Fd> open_udp(const Endpoint& local, std::size_t buffer) {
  Fd fd = open_socket(local, SOCK_DGRAM);
  if (!fd || !bind_to(fd.get(), local)) return last_error();
  if (local.is_unspecified() && !ask_for_local_address(fd.get(), local)) return last_error();
  if (!ask_for_errors(fd.get(), local)) return last_error();
  set_buffer(fd.get(), SO_RCVBUFFORCE, SO_RCVBUF, buffer);
  set_buffer(fd.get(), SO_SNDBUFFORCE, SO_SNDBUF, buffer);
  return fd;
}

boost::system::result<Fd> open_listener(const Endpoint& local) {
  Fd fd = open_socket(local, SOCK_STREAM);
  if (!fd || !set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1) || !bind_to(fd.get(), local) ||
      !tune_stream(fd.get()) || ::listen(fd.get(), listen_backlog) != 0) {
    return last_error();
  }
  return fd;
}

boost::system::result<Fd> open_towards(const Endpoint& remote) {
  Fd fd = open_socket(remote, SOCK_STREAM);
  if (!fd || !tune_stream(fd.get())) return last_error();
  const SocketAddress address(remote);
  if (::connect(fd.get(), &address.any, address.size()) != 0 && errno != EINPROGRESS) return last_error();
  return fd;
}

boost::system::error_code pending_error(int fd) {
  int value = 0;
  socklen_t size = sizeof value;
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, &size) != 0) return last_error();
  return {value, boost::system::system_category()};
}

Endpoint local_endpoint(int fd) {
  SocketAddress address;
  socklen_t size = sizeof address;
  ::getsockname(fd, &address.any, &size);
  return address.endpoint();
}

boost::system::result<Endpoint> source_towards(const Endpoint& remote) {
  // connect() on a datagram socket sends nothing: it looks up the route and with it the source address.
  const Fd scratch = open_socket(remote, SOCK_DGRAM);
  const SocketAddress address(remote);
  if (!scratch || ::connect(scratch.get(), &address.any, address.size()) != 0) return last_error();
  Endpoint source = local_endpoint(scratch.get());
  source.port = 0;
  return source;
}

}  // namespace flowgate::transport
