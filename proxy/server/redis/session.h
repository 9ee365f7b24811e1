// A Client on a thread of its own.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "conf/redis.h"
#include "proxy/server/redis/client.h"

namespace flowgate::redis {

class Session {
 public:
  // Throws std::runtime_error with one line when the TLS files cannot be used.
  Session(const conf::Redis& config, std::vector<std::string> channels, Client::Log log);
  ~Session();

  Client& client() { return client_; }
  void start();
  // Returns when nobody is called back any more.
  void stop();

 private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
  std::optional<boost::asio::ssl::context> tls_;
  Client client_;
  std::thread thread_;
};

}  // namespace flowgate::redis
