// One listener for TCP, TLS or WebSocket of one shard.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "flowtoken/flow.h"
#include "transport/socket.h"

namespace flowgate::transport {

class Shard;

class StreamListener : public std::enable_shared_from_this<StreamListener> {
 public:
  StreamListener(std::shared_ptr<Shard> shard, Protocol protocol, Descriptor socket);

  void start() { wait_readable(); }
  void close();

 private:
  void wait_readable();
  void accept();
  void pause();

  const std::shared_ptr<Shard> shard_;
  const Protocol protocol_;
  Descriptor socket_;
  const Endpoint local_;
  boost::asio::steady_timer pause_;
};

}  // namespace flowgate::transport
