// Datagrams as they come in, sixteen with one call. One batch serves all UDP sockets of a shard.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <optional>
#include <span>

#include "flowtoken/flow.h"
#include "transport/socket_address.h"

namespace flowgate::transport {

class DatagramBatch {
 public:
  static constexpr unsigned capacity = 16;

  DatagramBatch();

  // How many came, or -1 and errno.
  int receive(int fd);

  // Of the last receive(); valid until the next one.
  std::span<char> octets(unsigned index) const;
  Endpoint remote(unsigned index) const { return names_[index].endpoint(); }
  // The address (port 0) that the datagram was sent to, if the socket is bound to a wildcard address.
  std::optional<Endpoint> local(unsigned index) const;

 private:
  static constexpr std::size_t datagram_bytes = 65536;  // the IP length field counts to 65535
  struct Control {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in6_pktinfo))> octets;
  };

  std::unique_ptr<char[]> octets_;  // never touched pages cost nothing
  std::array<SocketAddress, capacity> names_;
  std::array<Control, capacity> controls_;
  std::array<iovec, capacity> buffers_;
  std::array<mmsghdr, capacity> messages_;
};

}  // namespace flowgate::transport
