#include "loopback_socket.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace flowgate::avalanche {
namespace {

constexpr int buffer_bytes = 64 << 20;
constexpr std::size_t datagram_bytes = 4096;

void check(bool good, const char* what) {
  if (!good) throw std::system_error(errno, std::system_category(), what);
}

}  // namespace

sockaddr_in loopback_server(const std::string& text) {
  const auto colon = text.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (colon == std::string::npos ||
      ::inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) != 1 ||
      (ntohl(address.sin_addr.s_addr) >> 24) != 127)
    throw std::invalid_argument("the server must be at 127.x.x.x:PORT");
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1))));
  return address;
}

std::uint32_t loopback_address(std::uint32_t number) {
  return 0x7f010001U + number / 254 * 256 + number % 254;
}

LoopbackSocket::LoopbackSocket(const sockaddr_in& server) : server_(server), octets_(batch * datagram_bytes) {
  fd_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  check(fd_ >= 0, "socket");
  for (const auto& [forced, plain] : {std::pair(SO_RCVBUFFORCE, SO_RCVBUF), {SO_SNDBUFFORCE, SO_SNDBUF}}) {
    if (::setsockopt(fd_, SOL_SOCKET, forced, &buffer_bytes, sizeof buffer_bytes) != 0)
      ::setsockopt(fd_, SOL_SOCKET, plain, &buffer_bytes, sizeof buffer_bytes);
  }
  sockaddr_in any{};
  any.sin_family = AF_INET;
  socklen_t size = sizeof any;
  check(::bind(fd_, reinterpret_cast<sockaddr*>(&any), size) == 0, "bind");
  check(::getsockname(fd_, reinterpret_cast<sockaddr*>(&any), &size) == 0, "getsockname");
  port_ = ntohs(any.sin_port);
}

LoopbackSocket::~LoopbackSocket() {
  ::close(fd_);
}

void LoopbackSocket::send(std::uint32_t from, std::string text) {
  queue_.push_back({from, std::move(text)});
}

void LoopbackSocket::flush() {
  for (std::size_t i = 0; i < queue_.size(); i += batch)
    send_batch(&queue_[i], std::min(batch, queue_.size() - i));
  queue_.clear();
}

void LoopbackSocket::send_batch(Datagram* first, std::size_t count) {
  struct Control {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in_pktinfo))> octets{};
  };
  std::array<mmsghdr, batch> messages{};
  std::array<iovec, batch> pieces{};
  std::array<Control, batch> controls;
  for (std::size_t i = 0; i < count; ++i) {
    pieces[i] = {first[i].text.data(), first[i].text.size()};
    msghdr& header = messages[i].msg_hdr;
    header.msg_name = const_cast<sockaddr_in*>(&server_);
    header.msg_namelen = sizeof server_;
    header.msg_iov = &pieces[i];
    header.msg_iovlen = 1;
    header.msg_control = controls[i].octets.data();
    header.msg_controllen = controls[i].octets.size();
    cmsghdr* control = CMSG_FIRSTHDR(&header);
    control->cmsg_level = IPPROTO_IP;
    control->cmsg_type = IP_PKTINFO;
    control->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
    in_pktinfo info{};
    info.ipi_spec_dst.s_addr = htonl(first[i].from);
    std::memcpy(CMSG_DATA(control), &info, sizeof info);
  }
  for (std::size_t sent = 0; sent < count;) {
    const int some = ::sendmmsg(fd_, &messages[sent], static_cast<unsigned>(count - sent), 0);
    // ICMP says that nobody listens (yet): as good as lost on the way.
    sent += some > 0 ? static_cast<std::size_t>(some) : 1;
  }
}

void LoopbackSocket::receive(int wait_ms, const std::function<void(std::string_view)>& take) {
  pollfd readable{fd_, POLLIN, 0};
  if (::poll(&readable, 1, wait_ms) <= 0) return;
  std::array<mmsghdr, batch> messages{};
  std::array<iovec, batch> pieces{};
  for (std::size_t i = 0; i < batch; ++i) {
    pieces[i] = {&octets_[i * datagram_bytes], datagram_bytes};
    messages[i].msg_hdr.msg_iov = &pieces[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  for (int rounds = 0; rounds < 16; ++rounds) {
    const int count = ::recvmmsg(fd_, messages.data(), batch, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < count; ++i)
      take({&octets_[static_cast<std::size_t>(i) * datagram_bytes],
            messages[static_cast<std::size_t>(i)].msg_len});
    if (count < static_cast<int>(batch)) return;
  }
}

}  // namespace flowgate::avalanche
