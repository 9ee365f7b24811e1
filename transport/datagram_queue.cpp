#include "transport/datagram_queue.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "transport/socket.h"
#include "transport/socket_address.h"

namespace flowgate::transport {
namespace {

// RFC 1122 §4.1.3.3: an ICMP error that an earlier datagram has brought back is the answer to the next call,
// whatever that sends. So a datagram is tried again, as often as other errors may come in between.
constexpr unsigned attempts = 8;

struct Control {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in6_pktinfo))> octets;
};

template <typename Info>
void write_control(msghdr& header, Control& control, int level, int type, const Info& info) {
  control.octets.fill(0);
  header.msg_control = control.octets.data();
  header.msg_controllen = CMSG_SPACE(sizeof info);
  cmsghdr* first = CMSG_FIRSTHDR(&header);
  first->cmsg_level = level;
  first->cmsg_type = type;
  first->cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(first), &info, sizeof info);
}

void write_source(msghdr& header, Control& control, const Endpoint& source) {
  if (source.v6) {
    in6_pktinfo info{};
    info.ipi6_addr = in6_addr_of(source);
    write_control(header, control, IPPROTO_IPV6, IPV6_PKTINFO, info);
  } else {
    in_pktinfo info{};
    info.ipi_spec_dst = in_addr_of(source);
    write_control(header, control, IPPROTO_IP, IP_PKTINFO, info);
  }
}

}  // namespace

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

int DatagramQueue::send_batch(int fd) {
  std::array<mmsghdr, batch> messages{};
  std::array<iovec, batch> buffers;
  std::array<SocketAddress, batch> names;
  std::array<Control, batch> controls;
  const std::size_t count = std::min(batch, size());
  for (std::size_t i = 0; i < count; ++i) {
    const Datagram& datagram = waiting_[sent_ + i];
    buffers[i] = {&arena_[datagram.offset], datagram.octets};
    names[i] = SocketAddress(datagram.remote);
    msghdr& header = messages[i].msg_hdr;
    header.msg_iov = &buffers[i];
    header.msg_iovlen = 1;
    header.msg_name = &names[i];
    header.msg_namelen = names[i].size();
    if (datagram.sourced) write_source(header, controls[i], datagram.source);
  }
  return ::sendmmsg(fd, messages.data(), static_cast<unsigned>(count), MSG_DONTWAIT | MSG_NOSIGNAL);
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
