#include "transport/stream_io.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "transport/socket.h"

namespace flowgate::transport {

Io read_some(int fd, std::span<char> buffer) {
  for (;;) {
    const ssize_t count = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (count > 0) {
      const auto octets = static_cast<std::size_t>(count);
      return {IoStatus::done, octets, octets == buffer.size()};
    }
    if (count < 0 && errno == EINTR) continue;
    return {count < 0 && would_block() ? IoStatus::want_read : IoStatus::closed};
  }
}

Io write_some(int fd, std::string_view text, Follows follows) {
  const int flags = MSG_NOSIGNAL | (follows == Follows::more ? MSG_MORE : 0);
  for (;;) {
    const ssize_t count = ::send(fd, text.data(), text.size(), flags);
    if (count > 0) return {IoStatus::done, static_cast<std::size_t>(count)};
    if (count < 0 && errno == EINTR) continue;
    return {count < 0 && would_block() ? IoStatus::want_write : IoStatus::closed};
  }
}

// tcp(7): "setting this option forces an explicit flush of pending output, even if TCP_CORK is currently
// set".
void push(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace flowgate::transport
