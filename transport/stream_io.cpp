#include "transport/stream_io.h"

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

Io write_some(int fd, std::string_view text) {
  for (;;) {
    const ssize_t count = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (count > 0) return {IoStatus::done, static_cast<std::size_t>(count)};
    if (count < 0 && errno == EINTR) continue;
    return {count < 0 && would_block() ? IoStatus::want_write : IoStatus::closed};
  }
}

}  // namespace flowgate::transport
