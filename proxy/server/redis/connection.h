// One connection to a Redis server: commands go out in order, many before the first reply has come; replies
// come back in that order. What a subscription brings comes in between.
//
// One thread, that of the io_context.
#pragma once

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proxy/server/redis/options.h"
#include "proxy/server/redis/resp.h"
#include "proxy/server/redis/stream.h"
#include "registrar/redis/link.h"

namespace flowgate::redis {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Done = Link::Done;
  // `options` and `tls` must outlive it.
  Connection(boost::asio::io_context& context, const Options& options, boost::asio::ssl::context* tls);

  // `opened` is called once, `lost` once after a good `opened`; neither after close().
  using Opened = std::function<void(boost::system::error_code)>;
  using Lost = std::function<void(boost::system::error_code)>;
  void open(const Address& address, Opened opened, Lost lost);
  // What is published on the channel that it subscribes to.
  using Published = std::function<void(std::string_view channel, std::string_view message)>;
  void subscribe(const std::string& channel, Published published, Done done);

  // `done` is called once, inside the call when nothing can be sent.
  void call(const Command& command, Done done);
  // `done` waits for the replicas. One WAIT serves all commands that are sent together.
  void call_durably(const Command& command, Done done);
  // Whoever waits for a reply is told Error::lost; `lost` is not called.
  void close();

 private:
  struct Waiting {
    Done done;
    std::chrono::steady_clock::time_point deadline;
  };
  // Commands whose replies are held back until the replicas have their changes.
  struct Batch;

  void enqueue(const Command& command, Done done);
  void fail(boost::system::error_code error);
  void finish(boost::system::error_code error);
  void flush();
  void write();
  void wait_for_replicas();
  void read();
  boost::system::error_code take(std::string_view octets);
  bool is_publication(const Reply& reply) const;
  std::chrono::steady_clock::time_point patience() const;
  void arm();

  boost::asio::io_context& context_;
  const Options& options_;
  Stream stream_;
  boost::asio::steady_timer timer_;
  ReplyReader reader_;
  Lost lost_;
  Published published_;
  std::deque<Waiting> waiting_;
  std::shared_ptr<Batch> batch_;  // what the next WAIT is for
  std::string out_, writing_;
  std::array<char, 65536> in_;
  bool open_ = false, closed_ = false;
  bool flushing_ = false, wait_pending_ = false, armed_ = false;
};

}  // namespace flowgate::redis
