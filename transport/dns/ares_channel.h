// c-ares under Asio: its sockets are waited for by descriptors, its timeouts by one timer.
#pragma once

#include <ares.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "flowtoken/flow.h"
#include "transport/dns/record.h"

namespace flowgate::dns {

struct ChannelOptions {
  std::vector<Endpoint> servers;            // none: those of /etc/resolv.conf
  std::chrono::milliseconds timeout{2000};  // of the first try with each server; it doubles with each round
  int tries = 2;                            // rounds
};

class AresChannel : public std::enable_shared_from_this<AresChannel> {
 public:
  // Throws std::runtime_error when c-ares cannot start.
  AresChannel(boost::asio::io_context& context, const ChannelOptions& options);
  ~AresChannel();

  // Asks for the name as it is: search domains are for what people type, the names here come from peers.
  // `done` is called once, at once or later, and may ask again.
  using Answered = std::function<void(AnswerPtr)>;
  void query(const Question& question, Answered done);

  // Closes all sockets; no `done` is called any more.
  void stop();

 private:
  struct Query;
  struct Socket;

  static void answered(void* query, int status, int timeouts, unsigned char* reply, int size);
  static void socket_state(void* channel, int fd, int readable, int writable);
  void wait(const std::shared_ptr<Socket>& socket);
  void process(int readable, int writable);
  void deliver();
  void arm();

  boost::asio::io_context& context_;
  boost::asio::steady_timer timer_;
  ares_channel channel_ = nullptr;
  std::map<int, std::shared_ptr<Socket>> sockets_;
  // c-ares is not to be entered from the depth of one of its callbacks by whoever gets an answer.
  std::vector<std::pair<Answered, AnswerPtr>> answers_;
  bool delivering_ = false;
};

}  // namespace flowgate::dns
