#include "transport/datagram_batch.h"

#include <cstring>

namespace flowgate::transport {

DatagramBatch::DatagramBatch()
    : octets_(std::make_unique_for_overwrite<char[]>(capacity * datagram_bytes)), controls_{}, messages_{} {
  for (unsigned i = 0; i < capacity; ++i) {
    buffers_[i] = {&octets_[i * datagram_bytes], datagram_bytes};
    messages_[i].msg_hdr.msg_iov = &buffers_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
    messages_[i].msg_hdr.msg_name = &names_[i];
    messages_[i].msg_hdr.msg_control = controls_[i].octets.data();
  }
}

int DatagramBatch::receive(int fd) {
  for (mmsghdr& message : messages_) {
    message.msg_hdr.msg_namelen = sizeof(SocketAddress);
    message.msg_hdr.msg_controllen = sizeof(Control);
  }
  return ::recvmmsg(fd, messages_.data(), capacity, MSG_DONTWAIT, nullptr);
}

std::span<char> DatagramBatch::octets(unsigned index) const {
  return {&octets_[index * datagram_bytes], messages_[index].msg_len};
}

std::optional<Endpoint> DatagramBatch::local(unsigned index) const {
  msghdr header = messages_[index].msg_hdr;
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control; control = CMSG_NXTHDR(&header, control)) {
    if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      return endpoint_of(info.ipi_spec_dst, 0);
    }
    if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      return endpoint_of(info.ipi6_addr, 0);
    }
  }
  return std::nullopt;
}

}  // namespace flowgate::transport
