// Datagrams on their way out of one UDP socket: copied into one arena, sent thirty-two with one call.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "flowtoken/flow.h"
#include "transport/socket_address.h"
#include "transport/udp_errors.h"

namespace flowgate::transport {

class DatagramQueue {
 public:
  static constexpr std::size_t batch = 32;
  static constexpr std::size_t max_datagrams = 4096;
  static constexpr std::size_t max_octets = 4 << 20;

  DatagramQueue();
  DatagramQueue(const DatagramQueue&) = delete;
  DatagramQueue& operator=(const DatagramQueue&) = delete;

  // `source`: the address to send from when the socket is bound to a wildcard address. When the queue is full
  // the new datagram is lost: it would be the last to leave, and SIP repeats what UDP loses (RFC 3261 §17).
  void push(const Endpoint* source, const Endpoint& remote, std::string_view text);

  // Sends until the queue is empty (true) or the kernel takes no more (false: once writable, again). A
  // datagram that the kernel refuses is lost like any other on its way; `errors` is told.
  bool flush(int fd, UdpErrors& errors);

  std::size_t size() const { return waiting_.size() - sent_; }

 private:
  struct Datagram {
    Endpoint source;
    Endpoint remote;
    std::uint32_t offset = 0;
    std::uint32_t octets = 0;
    bool sourced = false;
  };

  struct Control {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in6_pktinfo))> octets;
  };

  void write(std::size_t index, const Datagram& datagram);
  int send_batch(int fd);
  void refuse(UdpErrors& errors, int error);
  void forget_sent();

  std::vector<Datagram> waiting_;
  std::size_t sent_ = 0;  // of waiting_, from its front
  std::string arena_;
  // What sendmmsg() reads; of each message as much is written anew as differs from one to the next.
  std::array<mmsghdr, batch> messages_{};
  std::array<iovec, batch> buffers_;
  std::array<SocketAddress, batch> names_;
  std::array<Control, batch> controls_;
};

}  // namespace flowgate::transport
