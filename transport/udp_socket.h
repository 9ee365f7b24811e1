// One UDP listener of one shard.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "flowtoken/flow.h"
#include "transport/backlog.h"
#include "transport/datagram_batch.h"
#include "transport/datagram_queue.h"
#include "transport/receive_buffer.h"
#include "transport/socket.h"
#include "transport/udp_errors.h"

namespace flowgate::transport {

class Shard;

class UdpSocket : public std::enable_shared_from_this<UdpSocket> {
 public:
  UdpSocket(std::shared_ptr<Shard> shard, Descriptor socket);

  const Endpoint& local() const { return local_; }
  bool wildcard() const { return wildcard_; }

  void start() { wait_readable(); }
  // From `local`, which is this socket's address or, if that is a wildcard, any address of this host.
  void send(const Endpoint& local, const Endpoint& remote, std::string_view text);
  void close();
  unsigned standing() const { return backlog_.standing(); }

 private:
  void wait_readable();
  void receive();
  bool read();
  void take(DatagramBatch& batch, unsigned index);
  void answer_stun(const Flow& flow, std::string_view request);
  void flush();
  void flush_awaited();
  void note_backlog(bool emptied);
  void report_errors();

  enum class Flush : std::uint8_t { idle, awaited, blocked };

  const std::shared_ptr<Shard> shard_;
  Descriptor socket_;
  const Endpoint local_;
  const bool wildcard_;
  DatagramQueue queue_;
  UdpErrors errors_;
  Flush flush_ = Flush::idle;
  bool reporting_ = false;
  std::optional<ReceiveBuffer> buffer_;  // none when nobody is to hear of it
  Backlog backlog_;
  bool filled_ = false;  // the last wakeup did not read everything
};

}  // namespace flowgate::transport
