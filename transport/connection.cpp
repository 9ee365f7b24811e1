#include "transport/connection.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include "transport/shard.h"

namespace flowgate::transport {
namespace {

constexpr unsigned reads_per_wakeup = 4;  // then the other connections have their turn

}  // namespace

Connection::Connection(std::shared_ptr<Shard> shard, Descriptor socket, TlsSession tls, const Flow& flow)
    : shard_(std::move(shard)), socket_(std::move(socket)), tls_(std::move(tls)), flow_(flow) {}

void Connection::accepted(bool behind_proxy) {
  if (behind_proxy || tls_ || is_websocket()) {
    state_ = behind_proxy ? State::proxy_header : tls_ ? State::handshaking : State::upgrading;
    shard_->deadlines->begin(*this, Awaited::handshake);
  } else {
    begin_as_stranger();
  }
  // What a client says first over TCP is here as a rule, and a wakeup is spared; a ClientHello is not.
  tls_ ? wait_readable() : readable();
}

void Connection::dial(std::string tls_name, Connected done) {
  dialled_ = std::make_unique<Dialled>(Dialled{std::move(tls_name), {}});
  dialled_->waiting.push_back(std::move(done));
  state_ = State::connecting;
  shard_->deadlines->begin(*this, Awaited::connect);
  wait_writable();
}

void Connection::when_open(Connected done) {
  if (state_ == State::open) return done(flow_);
  dialled_->waiting.push_back(std::move(done));
}

void Connection::close(boost::system::error_code reason) {
  if (state_ == State::closed) return;
  const auto self = shared_from_this();
  if (state_ == State::open && !unsent_) say_goodbye();
  state_ = State::closed;
  end();
  if (stranger_) stranger_->end();
  shard_->connections.remove(*this);
  tls_ = {};
  boost::system::error_code ignored;
  socket_.close(ignored);
  inbound_.forget();
  if (unsent_) unsent_->end();
  if (seen_) {
    // Not from here: this may be inside the receiver's own send().
    boost::asio::post(shard_->context, [self] {
      if (self->shard_->receiver) self->shard_->receiver->closed(self->flow_);
    });
  }
  tell_waiting(reason);
}

// RFC 6455 §5.5.2: "A Ping frame may serve either as a keepalive or as a means to verify that the remote
// endpoint is still responsive." Scripts in a browser cannot send one; the browser answers ours.
void Connection::expired() {
  if (awaited() != Awaited::ping) return close(boost::asio::error::timed_out);
  std::string ping;
  append_frame(Opcode::ping, "", ping);
  if (put(ping)) watch();
}

void Connection::wait_readable() {
  if (std::exchange(read_pending_, true)) return;
  socket_.async_wait(Descriptor::wait_read, [self = shared_from_this()](boost::system::error_code error) {
    self->read_pending_ = false;
    if (!error) self->readable();
  });
}

void Connection::wait_writable() {
  if (std::exchange(write_pending_, true)) return;
  socket_.async_wait(Descriptor::wait_write, [self = shared_from_this()](boost::system::error_code error) {
    self->write_pending_ = false;
    if (!error) self->writable();
  });
}

// TLS may want to write before it can read, and the reverse: what is not waiting for its own event is tried
// on the other.
void Connection::readable() {
  shard_->turns->measure();
  if (tls_) tls_.note_readable();
  if (state_ == State::proxy_header) return read_proxy_header();
  if (state_ == State::handshaking) return handshake();
  if (state_ == State::open || state_ == State::upgrading) read();
  if (state_ == State::open && !write_pending_) flush();
}

void Connection::writable() {
  if (state_ == State::connecting) return connected();
  if (state_ == State::handshaking) return handshake();
  if (state_ == State::open) flush();
  if ((state_ == State::open || state_ == State::upgrading) && !read_pending_) read();
}

void Connection::read() {
  for (unsigned i = 0; i < reads_per_wakeup; ++i) {
    const std::span<char> buffer = shard_->stream_buffer();
    const Io io = tls_ ? tls_.read(buffer) : read_some(socket_.native_handle(), buffer);
    if (io.status == IoStatus::closed) return close(boost::asio::error::eof);
    if (io.status == IoStatus::done) {
      const std::span<char> octets = buffer.first(io.octets);
      state_ == State::upgrading ? upgrade(octets) : take(octets);
    }
    if (state_ == State::closed) return;
    if (io.more) continue;
    if (state_ == State::open) watch();
    return io.status == IoStatus::want_write ? wait_writable() : wait_readable();
  }
  read_later();
}

void Connection::read_later() {
  if (std::exchange(read_pending_, true)) return;
  boost::asio::post(shard_->context, [self = shared_from_this()] {
    self->read_pending_ = false;
    if (self->state_ != State::closed) self->read();
  });
}

// What the pieces are answered with leaves in one write behind them: many pings in one segment are one
// segment of pongs.
void Connection::take(std::span<char> octets) {
  shard_->cork.clear();
  corked_ = true;
  inbound_.cut(octets, shard_->options.limits, flow_.remote, shard_->cork, *this);
  corked_ = false;
  if (state_ == State::open) write(shard_->cork);
}

bool Connection::take(const Piece& piece) {
  // A fragment, or a ping between two of them, does not end the time of their message.
  if (piece.kind != PieceKind::keepalive || !inbound_.mid_message()) end();
  switch (piece.kind) {
    case PieceKind::need_more:
      break;
    case PieceKind::message:
      take_message(piece.message);
      break;
    case PieceKind::keepalive:
      shard_->receiver->keepalive(flow_);
      break;
    case PieceKind::broken:
      // The last words to a WebSocket stand in the cork.
      goodbye_said_ = true;
      if (write(shard_->cork)) close(make_error_code(boost::system::errc::bad_message));
  }
  return state_ == State::open;
}

void Connection::take_message(std::span<char> message) {
  seen_ = true;
  if (may_lend_) consider_alias(message);
  shard_->receiver->received(flow_, message);
}

// RFC 5923 §9.2: an alias takes a client whose certificate has verified. §9.3: never TCP, where nothing ties
// an identity to the connection: whoever has a port on the peer's host would get the peer's requests. The
// first request that asks decides, so that a peer costs one look into its certificate and one row of the
// table.
void Connection::consider_alias(std::span<char> message) {
  const auto via = asks_for_alias(message, shard_->options.limits);
  if (!via) return;
  may_lend_ = false;
  if (auto alias = alias_of(*via, flow_.remote, tls_.peer_identities())) {
    shard_->connections.alias(*this, *std::move(alias));
  }
}

// Those that we make, and those of peers that are configured or have shown a certificate, may be idle.
void Connection::begin_as_stranger() {
  if (dialled_ || may_lend_) return;
  const bool peer = std::ranges::any_of(
      shard_->options.peers, [this](const AddressPrefix& prefix) { return prefix.contains(flow_.remote); });
  if (peer) return;
  stranger_ = std::make_unique<Stranger>(*this);
  shard_->deadlines->begin(*stranger_, Awaited::acceptance);
}

void Connection::note_sent(std::string_view text) {
  switch (acceptance_of(text)) {
    case Acceptance::none:
      return;
    case Acceptance::outstanding:
      return shard_->deadlines->begin(*stranger_, Awaited::acceptance);
    case Acceptance::accepted:
      return stranger_.reset();
  }
}

// A message that has begun must end, and so must a TLS record.
void Connection::watch() {
  const bool begun = inbound_.mid_message() || (tls_ && tls_.mid_record());
  const bool pinged = is_websocket() && shard_->options.websocket.ping_interval.count() > 0;
  if (!begun && !pinged) return end();
  const Awaited awaited = begun ? Awaited::message : Awaited::ping;
  if (!running() || this->awaited() != awaited) shard_->deadlines->begin(*this, awaited);
}

bool Connection::send(std::string_view message) {
  if (state_ != State::open) return false;
  if (stranger_) note_sent(message);
  if (!is_websocket()) return put(message);
  std::string& frame = shard_->frame;
  frame.clear();
  append_message_frame(message, frame);
  return put(frame);
}

bool Connection::put(std::string_view octets) {
  if (!corked_) return write(octets);
  std::string& cork = shard_->cork;
  cork.append(octets);
  if (cork.size() < Shard::stream_buffer_bytes) return true;
  const bool written = write(cork);
  cork.clear();
  return written;
}

bool Connection::write(std::string_view octets) {
  while (!unsent_ && !octets.empty()) {
    const Io io = write_once(octets);
    if (io.status == IoStatus::closed) {
      close(boost::asio::error::connection_reset);
      return false;
    }
    if (io.status != IoStatus::done) break;
    octets.remove_prefix(io.octets);
  }
  if (octets.empty()) return true;
  if (!unsent_) unsent_ = std::make_unique<SendQueue>(*this, *shard_->deadlines);
  if (unsent_->size() + octets.size() > shard_->options.max_send_queue) {
    close(make_error_code(boost::asio::error::no_buffer_space));
    return false;
  }
  unsent_->append(octets);
  wait_writable();
  return true;
}

void Connection::flush() {
  while (unsent_) {
    const Io io = write_once(unsent_->front());
    if (io.status == IoStatus::closed) return close(boost::asio::error::connection_reset);
    if (io.status == IoStatus::want_read) return wait_readable();
    if (io.status == IoStatus::want_write) return wait_writable();
    unsent_->sent(io.octets);
    if (unsent_->size() == 0) unsent_.reset();
  }
}

// RFC 6455 §7.1.1, RFC 8446 §6.1: if it can be said at once. Nothing is half written.
void Connection::say_goodbye() {
  if (is_websocket() && !goodbye_said_) {
    std::string frame;
    append_close(CloseCode::going_away, frame);
    write_once(frame);
  }
  if (tls_) tls_.close_notify();
}

Io Connection::write_once(std::string_view octets) {
  return tls_ ? tls_.write(octets) : write_some(socket_.native_handle(), octets);
}

}  // namespace flowgate::transport
