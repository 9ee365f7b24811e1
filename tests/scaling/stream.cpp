#include "stream.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace flowgate::scaling {
namespace {

constexpr std::size_t buffer_octets = 4096;

void check(bool good, const char* what) {
  if (!good) throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

}  // namespace

Stream::Stream(const sockaddr_in& server, SSL_CTX* context, SSL_SESSION* session)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), buffer_(buffer_octets, '\0') {
  check(fd_ >= 0, "socket");
  constexpr int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  check(::connect(fd_, reinterpret_cast<const sockaddr*>(&server), sizeof server) == 0, "connect");
  if (!context) return;
  ssl_.reset(SSL_new(context));
  check(ssl_ && SSL_set_fd(ssl_.get(), fd_) == 1, "SSL_new");
  if (session) check(SSL_set_session(ssl_.get(), session) == 1, "SSL_set_session");
  check(SSL_connect(ssl_.get()) == 1, "SSL_connect");
}

Stream::~Stream() {
  ::close(fd_);
}

void Stream::write(std::string_view text) {
  const auto size = static_cast<int>(text.size());
  check((ssl_ ? SSL_write(ssl_.get(), text.data(), size)
              : static_cast<int>(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL))) == size,
        "write");
}

std::string_view Stream::read() {
  const auto count = ssl_ ? SSL_read(ssl_.get(), buffer_.data(), static_cast<int>(buffer_.size()))
                          : static_cast<int>(::recv(fd_, buffer_.data(), buffer_.size(), 0));
  check(count > 0, "read");
  return std::string_view(buffer_).substr(0, static_cast<std::size_t>(count));
}

std::string Stream::read_until(std::string_view end) {
  std::string text;
  while (text.find(end) == text.npos) text += read();
  return text;
}

bool Stream::resumed() const {
  return ssl_ && SSL_session_reused(ssl_.get()) == 1;
}

Session Stream::session() const {
  return Session(ssl_ ? SSL_get1_session(ssl_.get()) : nullptr);
}

std::string Stream::local() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
  std::array<char, INET_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
  return fmt::format("{}:{}", text.data(), ntohs(address.sin_port));
}

}  // namespace flowgate::scaling
