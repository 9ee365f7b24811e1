// A TCP connection to a server by name, with TLS or without. One thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "proxy/server/redis/options.h"

namespace flowgate::redis {

class Stream {
 public:
  using Done = std::function<void(boost::system::error_code)>;
  using Moved = std::function<void(boost::system::error_code, std::size_t)>;

  // `tls`: null for none; it must outlive the stream.
  Stream(boost::asio::io_context& context, boost::asio::ssl::context* tls);

  // Resolves, connects to the first address that answers and shakes hands. With TLS the certificate must be
  // for `tls_name`, which is also what SNI says. The stream must live until `done` is called.
  void connect(const Address& address, const std::string& tls_name, Done done);
  // One at a time each; the octets must live until `moved` is called.
  void read(std::span<char> into, Moved moved);
  void write(std::string_view octets, Moved moved);
  // What is under way ends with an error.
  void close();

 private:
  using Tcp = boost::asio::ip::tcp;
  void handshake(const std::string& name, Done done);

  Tcp::resolver resolver_;
  Tcp::socket socket_;
  boost::asio::ssl::context* context_;
  std::optional<boost::asio::ssl::stream<Tcp::socket&>> tls_;
};

}  // namespace flowgate::redis
