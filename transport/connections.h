// The connections of one shard, by serial and, those that we made and those that a peer lends us, by where
// they go.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "transport/aliases.h"
#include "transport/connection.h"

namespace flowgate::transport {

class Connections {
 public:
  Connections(Shard& shard, unsigned number, std::uint64_t first_serial);

  std::size_t size() const { return by_serial_.size(); }
  bool full() const;

  // Nothing when the flow is gone.
  std::shared_ptr<Connection> find(const Flow& flow) const;
  // `local`: where the listener is bound.
  void accept(Protocol protocol, Fd fd, const Endpoint& local, const Endpoint& remote);
  void connect(Protocol protocol, const Endpoint& remote, std::string_view tls_name,
               Connection::Connected done);
  // RFC 5923: requests for that next hop may go over `connection`, which a peer opened.
  void alias(const Connection& connection, Alias alias);
  void remove(const Connection& connection);
  void close_all();

 private:
  std::shared_ptr<Connection> towards(Protocol protocol, const Endpoint& remote,
                                      const std::string& identity) const;
  boost::system::result<std::shared_ptr<Connection>> dial(Protocol protocol, const Endpoint& remote,
                                                          std::string_view tls_name);
  std::shared_ptr<Connection> add(Descriptor socket, TlsSession tls, Flow flow);

  Shard& shard_;
  const unsigned number_;
  std::uint64_t counter_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> by_serial_;
  // Two names at one address are two connections: a certificate was checked against one of them (RFC 5922).
  using Destination = std::tuple<Protocol, Endpoint, std::string>;
  std::map<Destination, std::shared_ptr<Connection>> by_destination_;
  Aliases aliases_;
};

}  // namespace flowgate::transport
