// What the sockets of one shard have in common.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "transport/connections.h"
#include "transport/datagram_batch.h"
#include "transport/deadlines.h"
#include "transport/transport.h"
#include "transport/turns.h"

namespace flowgate::transport {

class StreamListener;
class UdpSocket;

class Shard : public std::enable_shared_from_this<Shard> {
 public:
  Shard(boost::asio::io_context& context, unsigned number, std::uint64_t first_serial, const Options& options,
        std::shared_ptr<const TlsContexts> tls, Receiver& receiver);

  static constexpr std::size_t stream_buffer_bytes = 65536;

  boost::asio::io_context& context;
  const Options options;
  std::shared_ptr<const TlsContexts> tls;
  Receiver* receiver;  // nobody once stopped
  const std::shared_ptr<Deadlines> deadlines;
  Connections connections;
  const std::shared_ptr<Turns> turns;
  std::vector<std::shared_ptr<UdpSocket>> udp_sockets;
  std::vector<std::shared_ptr<StreamListener>> stream_listeners;

  // Each in use by one socket at a time, from a read to the end of what follows from it.
  DatagramBatch datagrams;
  std::span<char> stream_buffer() { return {stream_buffer_.get(), stream_buffer_bytes}; }
  std::string cork;
  std::string frame;

  // One of the backlogs was looked at: tells the receiver when the longest has changed.
  void note_backlog();

  // While a UDP socket reads: the UDP sockets that have something to send when it has done so.
  bool reading_udp = false;
  std::vector<std::shared_ptr<UdpSocket>> unsent;

 private:
  unsigned told_backlog_ = 0;
  const std::unique_ptr<char[]> stream_buffer_;
};

}  // namespace flowgate::transport
