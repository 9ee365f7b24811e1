// One UDP socket that sends from, and receives for, any address of 127.0.0.0/8: so each UA has a flow of its
// own, without a socket of its own.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace flowgate::avalanche {

// "127.x.x.x:PORT"; throws std::invalid_argument.
sockaddr_in loopback_server(const std::string& text);
// Of the UA of that number, at most 10 million: 127.1.0.1 and up, in host order.
std::uint32_t loopback_address(std::uint32_t number);

class LoopbackSocket {
 public:
  // Throws std::system_error.
  explicit LoopbackSocket(const sockaddr_in& server);
  ~LoopbackSocket();
  LoopbackSocket(const LoopbackSocket&) = delete;
  LoopbackSocket& operator=(const LoopbackSocket&) = delete;

  std::uint16_t port() const { return port_; }
  // Behind others, until flush(). `from`: in host order.
  void send(std::uint32_t from, std::string text);
  void flush();
  // Waits so long for the first datagram, then takes what there is.
  void receive(int wait_ms, const std::function<void(std::string_view)>& take);

 private:
  struct Datagram {
    std::uint32_t from = 0;
    std::string text;
  };
  static constexpr std::size_t batch = 64;
  void send_batch(Datagram* first, std::size_t count);

  const sockaddr_in server_;
  int fd_ = -1;
  std::uint16_t port_ = 0;
  std::vector<Datagram> queue_;
  std::vector<char> octets_;
};

}  // namespace flowgate::avalanche
