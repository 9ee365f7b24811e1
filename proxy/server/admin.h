// What an operator's programs ask over HTTP: GET /metrics and GET /health. Nobody is asked for a password, so
// it belongs on the loopback or a network of one's own.
//
// On the thread of its io_context, which is no shard's: a shard is asked for its numbers, and not waited for
// longer than a second. Bounded: 16 connections, 8 KiB for a request, which has no body, and 10 s until it is
// whole. Once it is made, no error leaves it: a connection that fails is closed.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <functional>
#include <memory>

#include "flowtoken/flow.h"
#include "proxy/server/metrics.h"

namespace flowgate::server {

class Admin {
 public:
  // Calls `done` once, later, on the thread of the io_context, or never; lets go of it there, too.
  using Measure = std::function<void(std::function<void(const Metrics&)> done)>;

  // Binds and serves, while the io_context runs, which it must not do any more when this goes. Throws
  // boost::system::system_error with a line that names the address.
  Admin(boost::asio::io_context& context, const Endpoint& listen, Measure measure);

  Endpoint local() const;

 private:
  void accept();
  void pause();

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  const Measure measure_;
  const std::shared_ptr<std::size_t> open_ = std::make_shared<std::size_t>(0);  // connections
};

}  // namespace flowgate::server
