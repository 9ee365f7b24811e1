#include "transport/udp_errors.h"

#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "transport/socket_address.h"

namespace flowgate::transport {
namespace {

constexpr unsigned errors_per_turn = 64;  // then timers and the other sockets have their turn

// RFC 3261 §18.4: "Host, network, port or protocol unreachable errors, or parameter problem errors SHOULD
// cause the transport layer to inform the transport user of a failure in sending. Source quench and TTL
// exceeded ICMP errors SHOULD be ignored." That a datagram is too big for the path says nothing of the flow.
bool is_unreachable(const sock_extended_err& error) {
  switch (error.ee_origin) {
    case SO_EE_ORIGIN_ICMP:
      return (error.ee_type == ICMP_DEST_UNREACH && error.ee_code != ICMP_FRAG_NEEDED) ||
             error.ee_type == ICMP_PARAMETERPROB;
    case SO_EE_ORIGIN_ICMP6:
      return error.ee_type == ICMP6_DST_UNREACH || error.ee_type == ICMP6_PARAM_PROB;
    default:
      return false;
  }
}

// §18.4 again, for what this host knows without ICMP: whatever the message and however much memory there is,
// nothing can be sent there.
bool is_unreachable(int error) {
  return error == ENETUNREACH || error == EHOSTUNREACH || error == ENETDOWN || error == EINVAL;
}

// One entry of the error queue.
class QueuedError {
 public:
  // False: there is none.
  bool read(int fd) {
    msghdr header{};
    header.msg_name = &remote_;
    header.msg_namelen = sizeof remote_;
    header.msg_control = control_.data();
    header.msg_controllen = control_.size();
    // Without room for it, the datagram's own text is left out.
    if (::recvmsg(fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return false;
    named_ = header.msg_namelen > 0;
    for (cmsghdr* each = CMSG_FIRSTHDR(&header); each; each = CMSG_NXTHDR(&header, each)) take(*each);
    return true;
  }

  bool is_unreachable() const { return named_ && error_ && transport::is_unreachable(*error_); }
  // Where the datagram went, and the address that the ICMP message came back to: that which it was sent from.
  Endpoint remote() const { return remote_.endpoint(); }
  const std::optional<Endpoint>& local() const { return local_; }

 private:
  template <typename Value>
  static Value value_of(cmsghdr& control) {
    Value value;
    std::memcpy(&value, CMSG_DATA(&control), sizeof value);
    return value;
  }

  void take(cmsghdr& control) {
    const auto is = [&control](int level, int type) {
      return control.cmsg_level == level && control.cmsg_type == type;
    };
    if (is(IPPROTO_IP, IP_RECVERR) || is(IPPROTO_IPV6, IPV6_RECVERR)) {
      error_ = value_of<sock_extended_err>(control);
    } else if (is(IPPROTO_IP, IP_PKTINFO)) {
      local_ = endpoint_of(value_of<in_pktinfo>(control).ipi_addr, 0);
    } else if (is(IPPROTO_IPV6, IPV6_PKTINFO)) {
      local_ = endpoint_of(value_of<in6_pktinfo>(control).ipi6_addr, 0);
    }
  }

  SocketAddress remote_;
  // The error is followed by the address of who complains.
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(sock_extended_err) + sizeof(sockaddr_in6)) +
                                        CMSG_SPACE(sizeof(in6_pktinfo))> control_;
  std::optional<sock_extended_err> error_;
  std::optional<Endpoint> local_;
  bool named_ = false;
};

}  // namespace

bool UdpErrors::read(int fd) {
  for (unsigned i = 0; i < errors_per_turn; ++i) {
    QueuedError error;
    if (!error.read(fd)) return i > 0;
    if (!error.is_unreachable()) continue;
    if (!wildcard_) {
      add(local_, error.remote());
    } else if (error.local()) {
      add(*error.local(), error.remote());
    }
  }
  return true;
}

void UdpErrors::refused(const Endpoint* source, const Endpoint& remote, int error) {
  if (is_unreachable(error)) add(source ? *source : local_, remote);
}

std::vector<Flow> UdpErrors::take() {
  return std::exchange(flows_, {});
}

void UdpErrors::add(const Endpoint& local, const Endpoint& remote) {
  Flow flow{Protocol::udp, local, remote, 0};
  flow.local.port = local_.port;
  // One flow often has many datagrams on their way.
  if (flows_.size() < max_flows && (flows_.empty() || flows_.back() != flow)) flows_.push_back(flow);
}

}  // namespace flowgate::transport
