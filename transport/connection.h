// One connection over TCP, TLS or WebSocket. While it is idle it owns no buffer: what a read brings lies in
// the shard's buffer, and only the front of an unfinished message is kept.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flowtoken/flow.h"
#include "transport/deadlines.h"
#include "transport/inbound.h"
#include "transport/send_queue.h"
#include "transport/socket.h"
#include "transport/stranger.h"
#include "transport/stream_io.h"
#include "transport/tls_session.h"

namespace flowgate::transport {

class Shard;

class Connection final : public std::enable_shared_from_this<Connection>,
                         public Deadline,
                         private Inbound::Taker {
 public:
  using Connected = std::function<void(boost::system::result<Flow>)>;

  Connection(std::shared_ptr<Shard> shard, Descriptor socket, TlsSession tls, const Flow& flow);

  const Flow& flow() const { return flow_; }

  // Serves a connection that was accepted; `behind_proxy`: from a load balancer that begins it with a PROXY
  // protocol header.
  void accepted(bool behind_proxy);
  // Sees a connection that we make through until it is open. `tls_name` tells it from others to the same
  // address.
  void dial(std::string tls_name, Connected done);
  // Calls `done` when the dialled connection is open, at once if it is, or when it has failed.
  void when_open(Connected done);
  // Of a connection that we made; else none.
  const std::string* tls_name() const { return dialled_ ? &dialled_->tls_name : nullptr; }

  // One SIP message. False: gone, or closed just now, because the peer is or because too much waits for it.
  bool send(std::string_view message);
  // At once; the receiver hears of it later.
  void close(boost::system::error_code reason);

 private:
  enum class State : std::uint8_t { connecting, proxy_header, handshaking, upgrading, open, closed };
  struct Dialled {
    std::string tls_name;
    std::vector<Connected> waiting;
  };
  void expired() override;

  void wait_readable();
  void wait_writable();
  void readable();
  void writable();

  void connected();
  void read_proxy_header();
  void secure();
  void handshake();
  void secured();
  void upgrade(std::span<char> octets);
  void opened();
  void tell_waiting(boost::system::result<Flow> outcome);

  void read();
  void read_later();
  void take(std::span<char> octets);
  bool take(const Piece& piece) override;
  void take_message(std::span<char> message);
  void begin_as_stranger();
  void note_sent(std::string_view message);
  void consider_alias(std::span<char> message);
  void watch();

  bool is_websocket() const { return flowgate::is_websocket(flow_.protocol); }
  bool put(std::string_view octets);
  bool write(std::string_view octets);
  void flush();
  Io write_once(std::string_view octets);
  void say_goodbye();

  const std::shared_ptr<Shard> shard_;
  Descriptor socket_;
  TlsSession tls_;
  Flow flow_;
  Inbound inbound_;
  std::unique_ptr<SendQueue> unsent_;  // none while all has been sent
  std::unique_ptr<Dialled> dialled_;
  std::unique_ptr<Stranger> stranger_;  // none: the peer is known
  State state_ = State::open;
  bool read_pending_ = false;   // waiting for octets, or for another turn to read
  bool write_pending_ = false;  // waiting until the socket is writable
  bool corked_ = false;         // pieces are being taken: what is sent is gathered in the shard's cork
  bool seen_ = false;           // the receiver knows the flow
  bool goodbye_said_ = false;   // a Close frame is out
  bool may_lend_ = false;       // RFC 5923: the peer may ask for an alias, and has not yet
};

}  // namespace flowgate::transport
