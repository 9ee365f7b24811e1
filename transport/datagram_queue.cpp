#include "transport/datagram_queue.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "transport/socket.h"
#include "transport/socket_address.h"

namespace flowgate::transport {
namespace {

// RFC 1122 §4.1.3.3: an ICMP error that an earlier datagram has brought back is the answer to the next call,
// whatever that sends. So a datagram is tried again, as often as other errors may come in between.
constexpr unsigned attempts = 8;

template <typename Info>
void write_control(msghdr& header, int level, int type, const Info& info) {
  header.msg_controllen = CMSG_SPACE(sizeof info);
  std::memset(header.msg_control, 0, header.msg_controllen);
  cmsghdr* first = CMSG_FIRSTHDR(&header);
  first->cmsg_level = level;
  first->cmsg_type = type;
  first->cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(first), &info, sizeof info);
}

void write_source(msghdr& header, const Endpoint& source) {
  if (source.v6) {
    in6_pktinfo info{};
    info.ipi6_addr = in6_addr_of(source);
    write_control(header, IPPROTO_IPV6, IPV6_PKTINFO, info);
  } else {
    in_pktinfo info{};
    info.ipi_spec_dst = in_addr_of(source);
    write_control(header, IPPROTO_IP, IP_PKTINFO, info);
  }
}

}  // namespace

DatagramQueue::DatagramQueue() {
  for (std::size_t i = 0; i < batch; ++i) {
    msghdr& header = messages_[i].msg_hdr;
    header.msg_iov = &buffers_[i];
    header.msg_iovlen = 1;
    header.msg_name = &names_[i];
    header.msg_control = controls_[i].octets.data();
  }
}

void DatagramQueue::push(const Endpoint* source, const Endpoint& remote, std::string_view text) {
  if (waiting_.size() >= max_datagrams || arena_.size() + text.size() > max_octets) return;
  waiting_.push_back({source ? *source : Endpoint{}, remote, static_cast<std::uint32_t>(arena_.size()),
                      static_cast<std::uint32_t>(text.size()), source != nullptr});
  arena_.append(text);
}

bool DatagramQueue::flush(int fd, UdpErrors& errors) {
  unsigned refusals = 0, alone = 0;
  while (sent_ < waiting_.size()) {
    const int count = send_batch(fd);
    if (count > 0) {
      sent_ += static_cast<std::size_t>(count);
      refusals = alone = 0;
    } else if (would_block()) {
      forget_sent();
      return false;
    } else if (const int error = errno; error != EINTR) {
      // It is this datagram's own error when it comes twice and there is no other to read.
      alone = errors.read(fd) ? 0 : alone + 1;
      if (alone < 2 && ++refusals < attempts) continue;
      if (alone == 2) refuse(errors, error);
      ++sent_;
      refusals = alone = 0;
    }
  }
  waiting_.clear();
  arena_.clear();
  sent_ = 0;
  return true;
}

void DatagramQueue::refuse(UdpErrors& errors, int error) {
  const Datagram& datagram = waiting_[sent_];
  errors.refused(datagram.sourced ? &datagram.source : nullptr, datagram.remote, error);
}

void DatagramQueue::write(std::size_t index, const Datagram& datagram) {
  msghdr& header = messages_[index].msg_hdr;
  buffers_[index] = {&arena_[datagram.offset], datagram.octets};
  names_[index] = SocketAddress(datagram.remote);
  header.msg_namelen = names_[index].size();
  header.msg_controllen = 0;
  if (datagram.sourced) write_source(header, datagram.source);
}

int DatagramQueue::send_batch(int fd) {
  const std::size_t count = std::min(batch, size());
  for (std::size_t i = 0; i < count; ++i) write(i, waiting_[sent_ + i]);
  return ::sendmmsg(fd, messages_.data(), static_cast<unsigned>(count), MSG_DONTWAIT | MSG_NOSIGNAL);
}

// Only when most of it is sent: so that each octet is moved once at most.
void DatagramQueue::forget_sent() {
  if (sent_ < waiting_.size() / 2 + 1) return;
  const std::uint32_t octets = waiting_[sent_].offset;
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(sent_));
  arena_.erase(0, octets);
  for (Datagram& datagram : waiting_) datagram.offset -= octets;
  sent_ = 0;
}

}  // namespace flowgate::transport
