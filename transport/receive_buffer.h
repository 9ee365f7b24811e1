// The kernel's receive buffer of a UDP socket: how much waits in it, and for how long.
#pragma once

#include <chrono>

namespace flowgate::transport {

class ReceiveBuffer {
 public:
  // `delay`: how long a datagram may wait. The kernel soon notes when each one comes.
  ReceiveBuffer(int fd, std::chrono::milliseconds delay);

  // In percent of what is allowed: how long the datagram that was read last has waited; or how full the
  // buffer is, 100 when half of it is used, and twice that for each half of the rest. At least 200 when
  // datagrams were lost since the last call.
  unsigned percent(int fd);

 private:
  std::chrono::milliseconds delay_;
  unsigned drops_ = 0;
};

}  // namespace flowgate::transport
