#include "transport/connections.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <utility>

#include "transport/shard.h"
#include "transport/sip_identities.h"

namespace flowgate::transport {
namespace {

bool comes_from_proxy(const Options& options, const Endpoint& remote) {
  return std::any_of(options.proxies.begin(), options.proxies.end(),
                     [&](const AddressPrefix& proxies) { return proxies.contains(remote); });
}

}  // namespace

Connections::Connections(Shard& shard, unsigned number, std::uint64_t first_serial)
    : shard_(shard), number_(number & 0xff), counter_(first_serial >> 8) {}

bool Connections::full() const {
  return by_serial_.size() >= shard_.options.max_connections;
}

std::shared_ptr<Connection> Connections::find(const Flow& flow) const {
  const auto found = by_serial_.find(flow.serial);
  if (found == by_serial_.end() || found->second->flow() != flow) return nullptr;
  return found->second;
}

void Connections::accept(Protocol protocol, Fd fd, const Endpoint& local, const Endpoint& remote) {
  const int socket = fd.get();
  TlsSession tls;
  if (is_secure(protocol)) {
    tls = TlsSession::server(shard_.tls->server(), socket);
    if (!tls) return;
  }
  Descriptor descriptor(shard_.context);
  if (assign(descriptor, std::move(fd))) return;
  const Flow flow{protocol, local.is_unspecified() ? local_endpoint(socket) : local, remote, 0};
  add(std::move(descriptor), std::move(tls), flow)->accepted(comes_from_proxy(shard_.options, remote));
}

void Connections::connect(Protocol protocol, const Endpoint& remote, std::string_view tls_name,
                          Connection::Connected done) {
  const std::string name = protocol == Protocol::tls ? identity_of(tls_name) : "";
  if (const auto found = towards(protocol, remote, name)) return found->when_open(std::move(done));
  const auto connection = dial(protocol, remote, name);
  if (!connection) return done(connection.error());
  by_destination_.emplace(Destination{protocol, remote, name}, *connection);
  (*connection)->dial(name, std::move(done));
}

// RFC 5923 §8.2 (1) and (2): that very address by that very name, or the connection is for another.
std::shared_ptr<Connection> Connections::towards(Protocol protocol, const Endpoint& remote,
                                                 const std::string& identity) const {
  const auto made = by_destination_.find({protocol, remote, identity});
  if (made != by_destination_.end()) return made->second;
  const auto lent = protocol == Protocol::tls ? aliases_.find(remote, identity) : std::nullopt;
  return lent ? by_serial_.at(*lent) : nullptr;
}

void Connections::alias(const Connection& connection, Alias alias) {
  aliases_.add(connection.flow().serial, std::move(alias));
}

boost::system::result<std::shared_ptr<Connection>> Connections::dial(Protocol protocol,
                                                                     const Endpoint& remote,
                                                                     std::string_view tls_name) {
  if (full()) return make_error_code(boost::asio::error::no_descriptors);
  auto fd = open_towards(remote);
  if (!fd) return fd.error();
  TlsSession tls;
  if (protocol == Protocol::tls) {
    tls = TlsSession::client(shard_.tls->client(), fd->get(), tls_name);
    if (!tls) return make_error_code(boost::system::errc::invalid_argument);
  }
  Descriptor descriptor(shard_.context);
  if (const auto error = assign(descriptor, *std::move(fd))) return error;
  return add(std::move(descriptor), std::move(tls), {protocol, {}, remote, 0});
}

std::shared_ptr<Connection> Connections::add(Descriptor socket, TlsSession tls, Flow flow) {
  flow.serial = ++counter_ << 8 | number_;
  auto connection =
      std::make_shared<Connection>(shard_.shared_from_this(), std::move(socket), std::move(tls), flow);
  by_serial_.emplace(flow.serial, connection);
  return connection;
}

void Connections::remove(const Connection& connection) {
  const Flow& flow = connection.flow();
  if (connection.tls_name()) by_destination_.erase({flow.protocol, flow.remote, *connection.tls_name()});
  aliases_.remove(flow.serial);
  by_serial_.erase(flow.serial);
}

void Connections::close_all() {
  by_destination_.clear();
  for (const auto& [serial, connection] : std::exchange(by_serial_, {})) {
    connection->close(boost::asio::error::operation_aborted);
  }
}

}  // namespace flowgate::transport
