// Which UDP flows lead nowhere: what ICMP brings back (RFC 1122 §4.1.3.3), and what the kernel refuses to
// send. One for each UDP socket.
#pragma once

#include <cstddef>
#include <vector>

#include "flowtoken/flow.h"

namespace flowgate::transport {

class UdpErrors {
 public:
  // Flows that wait for take(). What exceeds that is lost, as ICMP messages may be.
  static constexpr std::size_t max_flows = 256;

  // `local`: what the socket is bound to.
  explicit UdpErrors(const Endpoint& local) : local_(local), wildcard_(local.is_unspecified()) {}

  // Reads the socket's error queue, as much of it as one turn allows. False: it is empty.
  bool read(int fd);
  // sendmmsg has given `error` for a datagram to `remote` alone; `source` as for DatagramQueue::push.
  void refused(const Endpoint* source, const Endpoint& remote, int error);

  bool empty() const { return flows_.empty(); }
  // Those that were found unreachable since the last call.
  std::vector<Flow> take();

 private:
  void add(const Endpoint& local, const Endpoint& remote);

  const Endpoint local_;
  const bool wildcard_;
  std::vector<Flow> flows_;
};

}  // namespace flowgate::transport
