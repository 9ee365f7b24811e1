// One attempt to move octets through a nonblocking stream, TCP or TLS.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace flowgate::transport {

enum class IoStatus : std::uint8_t {
  done,        // `octets` were moved, at least one
  want_read,   // again once the socket is readable
  want_write,  // again once the socket is writable
  closed,      // by the peer, or broken
};

struct Io {
  IoStatus status = IoStatus::closed;
  std::size_t octets = 0;
  bool more = false;  // reading: another attempt may bring more at once
};

Io read_some(int fd, std::span<char> buffer);
enum class Follows : std::uint8_t {
  nothing,
  more,  // it waits in the kernel, a fifth of a second at most, for the next write or for push()
};
// A peer that is gone raises no SIGPIPE here.
Io write_some(int fd, std::string_view text, Follows follows = Follows::nothing);
// Of a TCP socket: what waits for more leaves.
void push(int fd);

}  // namespace flowgate::transport
