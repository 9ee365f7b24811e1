#include "transport/transport.h"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <string>
#include <utility>

#include "transport/response_steering.h"
#include "transport/shard.h"
#include "transport/stream_listener.h"
#include "transport/udp_socket.h"

namespace flowgate::transport {
namespace {

bool can_listen(const Shard& shard, Protocol protocol) {
  return shard.tls || !is_secure(protocol);
}

// RFC 7118 §5.4: a WebSocket client is reached over the connection that it made, or not at all.
bool can_connect(const Shard& shard, Protocol protocol) {
  return can_listen(shard, protocol) && !is_websocket(protocol);
}

template <typename T>
T value_or_throw(boost::system::result<T> result, const Listener& listener) {
  if (result) return *std::move(result);
  throw boost::system::system_error(result.error(),
                                    std::string(uri_name(listener.protocol)) + ":" + listener.local.text());
}

UdpSocket* udp_socket_for(const Shard& shard, const Endpoint& local) {
  UdpSocket* wildcard = nullptr;
  for (const auto& socket : shard.udp_sockets) {
    if (socket->local() == local) return socket.get();
    const bool fits = socket->local().v6 == local.v6 && socket->local().port == local.port;
    if (socket->wildcard() && fits) wildcard = socket.get();
  }
  return wildcard;
}

// From the listener bound to the address that the kernel would send from, else from one bound to any address,
// else from what there is of the family.
boost::system::result<Flow> udp_flow(const Shard& shard, const Endpoint& remote) {
  const auto source = source_towards(remote);
  if (!source) return source.error();
  Flow flow{Protocol::udp, {}, remote, 0};
  int best = -1;
  for (const auto& socket : shard.udp_sockets) {
    if (socket->local().v6 != remote.v6) continue;
    const int rank = socket->local().same_address(*source) ? 2 : socket->wildcard() ? 1 : 0;
    if (rank <= best) continue;
    best = rank;
    flow.local = socket->wildcard() ? *source : socket->local();
    flow.local.port = socket->local().port;
  }
  if (best < 0) return make_error_code(boost::asio::error::address_family_not_supported);
  return flow;
}

}  // namespace

void check_unused(const Listener& listener) {
  if (const auto error = check_unused(listener.protocol, listener.local)) value_or_throw<Fd>(error, listener);
}

Transport::Transport(boost::asio::io_context& context, unsigned shard, std::uint64_t first_serial,
                     const Options& options, std::shared_ptr<const TlsContexts> tls, Receiver& receiver)
    : shard_(std::make_shared<Shard>(context, shard, first_serial, options, std::move(tls), receiver)) {}

Transport::~Transport() {
  stop();
}

void Transport::use(std::shared_ptr<const TlsContexts> tls) {
  shard_->tls = std::move(tls);
}

Listener Transport::listen(const Listener& listener) {
  const auto [protocol, local] = listener;
  if (!can_listen(*shard_, protocol)) {
    value_or_throw<Fd>(make_error_code(boost::asio::error::operation_not_supported), listener);
  }
  Fd fd = value_or_throw(
      protocol == Protocol::udp ? open_udp(local, shard_->options.udp_buffer) : open_listener(local),
      listener);
  Descriptor socket(shard_->context);
  const Endpoint bound = local_endpoint(fd.get());
  if (const auto error = assign(socket, std::move(fd))) value_or_throw<Fd>(error, listener);
  if (protocol == Protocol::udp) {
    const std::string_view mark = shard_->options.branch_mark;
    if (!mark.empty()) steer_responses(socket.native_handle(), mark);
    shard_->udp_sockets.push_back(std::make_shared<UdpSocket>(shard_, std::move(socket)));
    shard_->udp_sockets.back()->start();
  } else {
    shard_->stream_listeners.push_back(std::make_shared<StreamListener>(shard_, protocol, std::move(socket)));
    shard_->stream_listeners.back()->start();
  }
  return {protocol, bound};
}

bool Transport::send(const Flow& flow, std::string_view text) {
  if (is_stream(flow.protocol)) {
    const auto connection = shard_->connections.find(flow);
    return connection && connection->send(text);
  }
  UdpSocket* socket = udp_socket_for(*shard_, flow.local);
  if (!socket || flow.remote.v6 != flow.local.v6) return false;
  socket->send(flow.local, flow.remote, text);
  return true;
}

void Transport::close(const Flow& flow) {
  if (const auto connection = shard_->connections.find(flow)) {
    connection->close(make_error_code(boost::asio::error::timed_out));
  }
}

void Transport::connect(Protocol protocol, const Endpoint& remote, std::string_view tls_name,
                        Connected done) {
  if (!shard_->receiver) return done(make_error_code(boost::asio::error::operation_aborted));
  if (!can_connect(*shard_, protocol)) {
    return done(make_error_code(boost::asio::error::operation_not_supported));
  }
  if (protocol == Protocol::udp) return done(udp_flow(*shard_, remote));
  shard_->connections.connect(protocol, remote, tls_name, std::move(done));
}

void Transport::stop() {
  shard_->receiver = nullptr;
  for (const auto& socket : std::exchange(shard_->udp_sockets, {})) socket->close();
  for (const auto& listener : std::exchange(shard_->stream_listeners, {})) listener->close();
  shard_->connections.close_all();
  shard_->turns->close();
}

std::size_t Transport::connections() const {
  return shard_->connections.size();
}

}  // namespace flowgate::transport
