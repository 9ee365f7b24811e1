#include "transport/connection.h"

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <cassert>

#include "stun/stun.h"
#include "transport/proxy_protocol.h"
#include "transport/shard.h"

namespace flowgate::transport {
namespace {

constexpr unsigned reads_per_wakeup = 4;  // then the other connections have their turn

}  // namespace

Connection::Connection(std::shared_ptr<Shard> shard, Descriptor socket, TlsSession tls, const Flow& flow)
    : shard_(std::move(shard)), socket_(std::move(socket)), tls_(std::move(tls)), flow_(flow) {}

void Connection::accepted(bool behind_proxy) {
  if (behind_proxy || tls_) {
    state_ = behind_proxy ? State::proxy_header : State::handshaking;
    shard_->deadlines->begin(*this, Awaited::handshake);
  }
  wait_readable();
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
  const bool polite = tls_ && state_ == State::open && unsent_.empty();
  state_ = State::closed;
  end();
  shard_->connections.remove(*this);
  if (polite) tls_.close_notify();
  tls_ = {};
  boost::system::error_code ignored;
  socket_.close(ignored);
  partial_ = {};
  unsent_ = {};
  if (seen_) {
    // Not from here: this may be inside the receiver's own send().
    boost::asio::post(shard_->context, [self] {
      if (self->shard_->receiver) self->shard_->receiver->closed(self->flow_);
    });
  }
  tell_waiting(reason);
}

void Connection::expired() {
  close(boost::asio::error::timed_out);
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
  if (state_ == State::proxy_header) return read_proxy_header();
  if (state_ == State::handshaking) return handshake();
  if (state_ == State::open) read();
  if (state_ == State::open && !write_pending_) flush();
}

void Connection::writable() {
  if (state_ == State::connecting) return connected();
  if (state_ == State::handshaking) return handshake();
  if (state_ == State::open) flush();
  if (state_ == State::open && !read_pending_) read();
}

void Connection::connected() {
  if (const auto error = pending_error(socket_.native_handle())) return close(error);
  flow_.local = local_endpoint(socket_.native_handle());
  secure();
}

// Nothing behind the header is read here: it is the business of TLS, which reads the socket itself.
void Connection::read_proxy_header() {
  for (;;) {
    const ProxyHeader header = transport::read_proxy_header(partial_);
    if (header.kind == ProxyHeaderKind::broken) {
      return close(make_error_code(boost::system::errc::bad_message));
    }
    if (header.kind == ProxyHeaderKind::proxied) flow_.remote = header.source;
    if (header.kind != ProxyHeaderKind::need_more) break;
    const std::span<char> buffer = shard_->stream_buffer().first(header.size - partial_.size());
    const Io io = read_some(socket_.native_handle(), buffer);
    if (io.status == IoStatus::closed) return close(boost::asio::error::eof);
    if (io.status != IoStatus::done) return wait_readable();
    partial_.append(buffer.data(), io.octets);
  }
  std::string().swap(partial_);
  secure();
}

void Connection::secure() {
  if (!tls_) return opened();
  state_ = State::handshaking;
  handshake();
}

void Connection::handshake() {
  boost::system::error_code error;
  switch (tls_.handshake(error)) {
    case IoStatus::done:
      return opened();
    case IoStatus::want_read:
      return wait_readable();
    case IoStatus::want_write:
      return wait_writable();
    case IoStatus::closed:
      return close(error);
  }
}

void Connection::opened() {
  end();
  state_ = State::open;
  may_lend_ = flow_.protocol == Protocol::tls && !dialled_ && tls_.peer_is_verified();
  if (dialled_) {
    seen_ = true;
    tell_waiting(flow_);
  }
  if (state_ == State::open) read();
}

void Connection::tell_waiting(boost::system::result<Flow> outcome) {
  if (!dialled_) return;
  for (const Connected& done : std::exchange(dialled_->waiting, {})) {
    if (!shard_->receiver) return;
    // Whoever is told first may have closed it again.
    if (outcome && state_ != State::open) outcome = make_error_code(boost::asio::error::connection_aborted);
    done(outcome);
  }
}

void Connection::read() {
  for (unsigned i = 0; i < reads_per_wakeup; ++i) {
    const std::span<char> buffer = shard_->stream_buffer();
    const Io io = tls_ ? tls_.read(buffer) : read_some(socket_.native_handle(), buffer);
    if (io.status == IoStatus::closed) return close(boost::asio::error::eof);
    if (io.status == IoStatus::done) take(buffer.first(io.octets));
    if (state_ != State::open) return;
    if (io.more) continue;
    watch_message();
    return io.status == IoStatus::want_write ? wait_writable() : wait_readable();
  }
  read_later();
}

void Connection::read_later() {
  if (std::exchange(read_pending_, true)) return;
  boost::asio::post(shard_->context, [self = shared_from_this()] {
    self->read_pending_ = false;
    if (self->state_ == State::open) self->read();
  });
}

// What the frames are answered with leaves in one write behind them: many pings in one segment are one
// segment of pongs.
void Connection::take(std::span<char> octets) {
  shard_->cork.clear();
  corked_ = true;
  // Out of the object's reach while the receiver runs, for close() would free it.
  std::string whole = std::move(partial_);
  partial_ = {};
  if (!whole.empty()) octets = whole.append(octets.data(), octets.size());
  const std::size_t taken = take_frames(octets);
  corked_ = false;
  if (state_ != State::open) return;
  if (taken == 0 && !whole.empty()) {
    partial_ = std::move(whole);
  } else {
    partial_.assign(octets.data() + taken, octets.size() - taken);
  }
  write(shard_->cork);
}

std::size_t Connection::take_frames(std::span<char> octets) {
  std::size_t taken = 0;
  while (taken < octets.size() && state_ == State::open) {
    const std::span<char> rest = octets.subspan(taken);
    const sip::Frame frame =
        sip::next_frame({rest.data(), rest.size()}, frame_state_, shard_->options.limits);
    if (frame.kind == sip::FrameKind::need_more) break;
    assert(frame.size > 0 || frame.kind == sip::FrameKind::broken);
    frame_state_ = {};
    end();
    take_frame(frame.kind, rest.first(frame.size));
    taken += frame.size;
  }
  return taken;
}

void Connection::take_frame(sip::FrameKind kind, std::span<char> octets) {
  switch (kind) {
    case sip::FrameKind::need_more:
      return;
    case sip::FrameKind::skip:
      return shard_->receiver->keepalive(flow_);
    case sip::FrameKind::ping:
      // RFC 5626 §4.4.1: the answer to a double CRLF is a single one.
      send("\r\n");
      return shard_->receiver->keepalive(flow_);
    case sip::FrameKind::message:
      seen_ = true;
      if (may_lend_) consider_alias(octets);
      return shard_->receiver->received(flow_, octets);
    case sip::FrameKind::stun: {
      std::array<char, stun::max_response_bytes> response;
      const std::size_t size = stun::respond({octets.data(), octets.size()}, flow_.remote, response);
      if (size > 0) send({response.data(), size});
      return shard_->receiver->keepalive(flow_);
    }
    case sip::FrameKind::broken:
      return close(make_error_code(boost::system::errc::bad_message));
  }
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

// A message that has begun must end, and so must a TLS record. A CR or LF may be the first half of a ping
// whose second half never comes: clients exist that send single ones.
void Connection::watch_message() {
  const bool begun = (!partial_.empty() && partial_.front() != '\r' && partial_.front() != '\n') ||
                     (tls_ && tls_.mid_record());
  if (!begun) {
    end();
  } else if (!running()) {
    shard_->deadlines->begin(*this, Awaited::message);
  }
}

bool Connection::send(std::string_view text) {
  if (state_ != State::open) return false;
  if (!corked_) return write(text);
  std::string& cork = shard_->cork;
  cork.append(text);
  if (cork.size() < Shard::stream_buffer_bytes) return true;
  const bool written = write(cork);
  cork.clear();
  return written;
}

bool Connection::write(std::string_view text) {
  while (unsent_.empty() && !text.empty()) {
    const Io io = write_once(text);
    if (io.status == IoStatus::closed) {
      close(boost::asio::error::connection_reset);
      return false;
    }
    if (io.status != IoStatus::done) break;
    text.remove_prefix(io.octets);
  }
  if (text.empty()) return true;
  if (unsent_.size() - sent_ + text.size() > shard_->options.max_send_queue) {
    close(make_error_code(boost::asio::error::no_buffer_space));
    return false;
  }
  if (sent_ > unsent_.size() / 2) {
    unsent_.erase(0, sent_);
    sent_ = 0;
  }
  unsent_.append(text);
  wait_writable();
  return true;
}

void Connection::flush() {
  while (sent_ < unsent_.size()) {
    const Io io = write_once(std::string_view(unsent_).substr(sent_));
    if (io.status == IoStatus::closed) return close(boost::asio::error::connection_reset);
    if (io.status == IoStatus::want_read) return wait_readable();
    if (io.status == IoStatus::want_write) return wait_writable();
    sent_ += io.octets;
  }
  unsent_ = {};
  sent_ = 0;
}

Io Connection::write_once(std::string_view text) {
  return tls_ ? tls_.write(text) : write_some(socket_.native_handle(), text);
}

}  // namespace flowgate::transport
