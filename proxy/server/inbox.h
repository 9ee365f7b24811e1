// Messages that other shards have received and that are this one's (Network::pass_to_shard): brought over
// together, so that many cost one wake-up of its thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flowtoken/flow.h"

namespace flowgate::server {

// For the thread that runs `context`, which must end first.
class Inbox {
 public:
  using Receive = std::function<void(const Flow&, std::span<char>)>;
  Inbox(boost::asio::io_context& context, Receive receive)
      : context_(context), receive_(std::move(receive)) {}

  // From any thread. Dropped, as in a full receive buffer, when the shard is far behind.
  void put(const Flow& flow, std::string_view text);

 private:
  struct Letter {
    Flow flow;
    std::size_t size;
  };
  // The texts stand one behind the other.
  struct Mail {
    std::vector<Letter> letters;
    std::string text;
  };
  void receive();

  boost::asio::io_context& context_;
  const Receive receive_;
  std::mutex mutex_;
  Mail arrived_;  // locked
  Mail read_;     // what is being received, kept for its memory
};

}  // namespace flowgate::server
