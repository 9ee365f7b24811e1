// A Client on a thread of its own.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "conf/redis.h"
#include "proxy/server/redis/client.h"

namespace flowgate::redis {

class Session : private LinkUser {
 public:
  // Throws std::runtime_error with one line when the TLS files cannot be used.
  Session(const conf::Redis& config, std::string channel, Client::Log log);
  ~Session() override;

  Client& client() { return client_; }
  void start();
  // False: there is no connection in time.
  bool wait_until_connected(std::chrono::milliseconds patience);
  // Returns when nobody is called back any more.
  void stop();

 private:
  void connected() override;
  void lost() override;
  void published(std::string_view, std::string_view) override {}

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
  std::optional<boost::asio::ssl::context> tls_;
  Client client_;
  std::mutex mutex_;
  std::condition_variable signal_;
  bool connected_ = false;
  std::thread thread_;
};

}  // namespace flowgate::redis
