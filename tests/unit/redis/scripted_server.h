// A server on a loopback address that says what the test tells it to, and remembers what it was told.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proxy/server/redis/options.h"

namespace flowgate::redis {

// Runs the context until it has happened; false: it has not, within ten seconds.
inline bool run_until(boost::asio::io_context& context, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    context.restart();
    context.run_one_for(std::chrono::milliseconds(5));
  }
  return true;
}

class ScriptedServer {
 public:
  using Tcp = boost::asio::ip::tcp;
  struct Peer {
    explicit Peer(Tcp::socket connected) : socket(std::move(connected)) {}
    Tcp::socket socket;
    std::string received;
    std::array<char, 4096> buffer{};
    bool closed = false;
  };

  explicit ScriptedServer(boost::asio::io_context& context)
      : context_(context), acceptor_(context, {boost::asio::ip::address_v4::loopback(), 0}) {
    accept();
  }

  Address address() const { return {"127.0.0.1", acceptor_.local_endpoint().port()}; }
  std::size_t connections() const { return peers_.size(); }
  Peer& peer(std::size_t index = 0) { return *peers_.at(index); }
  // The peer has sent this, among others.
  bool heard(const std::string& text, std::size_t index = 0) const {
    return index < peers_.size() && peers_[index]->received.find(text) != std::string::npos;
  }
  void say(const std::string& octets, std::size_t index = 0) {
    boost::asio::write(peer(index).socket, boost::asio::buffer(octets));
  }
  void hang_up(std::size_t index = 0) { peer(index).socket.close(); }

 private:
  void accept() {
    acceptor_.async_accept([this](boost::system::error_code error, Tcp::socket socket) {
      if (error) return;
      peers_.push_back(std::make_shared<Peer>(std::move(socket)));
      read(peers_.back());
      accept();
    });
  }
  void read(const std::shared_ptr<Peer>& peer) {
    peer->socket.async_read_some(boost::asio::buffer(peer->buffer),
                                 [this, peer](boost::system::error_code error, std::size_t size) {
                                   if (error) {
                                     peer->closed = true;
                                     return;
                                   }
                                   peer->received.append(peer->buffer.data(), size);
                                   read(peer);
                                 });
  }

  boost::asio::io_context& context_;
  Tcp::acceptor acceptor_;
  std::vector<std::shared_ptr<Peer>> peers_;
};

}  // namespace flowgate::redis
