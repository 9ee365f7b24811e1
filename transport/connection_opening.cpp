// A connection's way until it is open: connect, PROXY protocol header, TLS handshake, WebSocket handshake.
#include <algorithm>
#include <boost/asio/error.hpp>
#include <utility>

#include "transport/connection.h"
#include "transport/proxy_protocol.h"
#include "transport/shard.h"
#include "transport/websocket/handshake.h"

namespace flowgate::transport {

void Connection::connected() {
  if (const auto error = pending_error(socket_.native_handle())) return close(error);
  flow_.local = local_endpoint(socket_.native_handle());
  secure();
}

// Nothing behind the header is read here: it is the business of TLS, which reads the socket itself.
void Connection::read_proxy_header() {
  std::string& octets = inbound_.front().octets;
  for (;;) {
    const ProxyHeader header = transport::read_proxy_header(octets);
    if (header.kind == ProxyHeaderKind::broken) {
      return close(make_error_code(boost::system::errc::bad_message));
    }
    if (header.kind == ProxyHeaderKind::proxied) flow_.remote = header.source;
    if (header.kind != ProxyHeaderKind::need_more) break;
    const std::span<char> buffer = shard_->stream_buffer().first(header.size - octets.size());
    const Io io = read_some(socket_.native_handle(), buffer);
    if (io.status == IoStatus::closed) return close(boost::asio::error::eof);
    if (io.status != IoStatus::done) return wait_readable();
    octets.append(buffer.data(), io.octets);
  }
  inbound_.forget();
  secure();
}

void Connection::secure() {
  if (!tls_) return secured();
  state_ = State::handshaking;
  handshake();
}

void Connection::handshake() {
  boost::system::error_code error;
  switch (tls_.handshake(error)) {
    case IoStatus::done:
      secured();
      break;
    case IoStatus::want_read:
      wait_readable();
      break;
    case IoStatus::want_write:
      wait_writable();
      break;
    case IoStatus::closed:
      close(error);
  }
  if (state_ != State::closed) tls_.push();
}

void Connection::secured() {
  if (is_websocket()) {
    state_ = State::upgrading;
  } else {
    opened();
  }
  if (state_ != State::closed) read();
}

// The opening handshake of a WebSocket: one HTTP request. What stands behind it are frames already.
void Connection::upgrade(std::span<char> octets) {
  auto& [request, state] = inbound_.front();
  request.append(octets.data(), octets.size());
  const std::size_t size = handshake_size(request, state.scanned);
  if (std::max(size, state.scanned) > shard_->options.websocket.max_handshake_bytes) {
    write(request_too_large());
    return close(make_error_code(boost::system::errc::message_size));
  }
  if (size == 0) return;
  const HandshakeAnswer answer =
      answer_handshake(std::string_view(request).substr(0, size), shard_->options.websocket.origins);
  if (!write(answer.text)) return;
  if (!answer.accepted) return close(make_error_code(boost::system::errc::protocol_error));
  std::string behind = request.substr(size);
  inbound_.forget();
  inbound_.upgrade();
  opened();
  if (!behind.empty()) take(behind);
}

void Connection::opened() {
  end();
  state_ = State::open;
  may_lend_ = flow_.protocol == Protocol::tls && !dialled_ && tls_.peer_is_verified();
  begin_as_stranger();
  if (dialled_) {
    seen_ = true;
    tell_waiting(flow_);
  }
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

}  // namespace flowgate::transport
