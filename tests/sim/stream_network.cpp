#include "sim/stream_network.h"

#include <algorithm>
#include <utility>

namespace flowgate::sim {
namespace {

using std::chrono::seconds;

// How long a writer's TCP repeats what is not acknowledged.
constexpr Duration patience_min = seconds{20}, patience_max = seconds{60};

}  // namespace

ConnectionId StreamNetwork::connect(Site& site, const Endpoint& local, const Endpoint& remote,
                                    StreamUser& user) {
  const ConnectionId id = ++last_;
  Connection& connection = connections_[id];
  connection.site = &site;
  connection.inner = local;
  connection.outer = site.nat ? site.nat->open_stream() : local;
  connection.remote = remote;
  connection.nat_generation = site.nat ? site.nat->generation() : 0;
  connection.used = agenda_.now();
  connection.users[index(End::client)] = &user;
  // Both directions once, for the handshake.
  agenda_.enter(2 * latency(connection), [this, id] { arrive(id); });
  return id;
}

void StreamNetwork::arrive(ConnectionId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  if (is_cut(connection)) return refuse(id, random_.between(seconds{5}, seconds{20}));
  const auto listener = listeners_.find(connection.remote);
  const bool listening = listener != listeners_.end() && listener->second != nullptr;
  if (!listening || !nat_lets_through(connection)) return refuse(id, latency(connection));
  connection.open = true;
  connection.users[index(End::server)] = &listener->second->accept(id, connection.remote, connection.outer);
  connection.users[index(End::client)]->stream_open();
}

void StreamNetwork::refuse(ConnectionId id, Duration after) {
  tell_closed(id, End::client, after);
}

bool StreamNetwork::is_cut(const Connection& connection) const {
  return internet_.is_cut(*connection.site, *internet_.at(connection.remote));
}

Duration StreamNetwork::latency(const Connection& connection) {
  const Site* const far = internet_.at(connection.remote);
  const Link &a = connection.site->link, &b = far->link;
  return a.latency + b.latency + random_.between(Duration{0}, a.jitter + b.jitter);
}

bool StreamNetwork::nat_lets_through(const Connection& connection) const {
  Nat* const nat = connection.site->nat.get();
  return nat == nullptr || (nat->generation() == connection.nat_generation &&
                            agenda_.now() - connection.used < nat->settings().stream_timeout);
}

void StreamNetwork::write(ConnectionId id, End end, std::string_view octets) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Way& way = found->second.ways[index(other(end))];
  while (!octets.empty()) {
    const bool whole = random_.chance(0.7);
    const std::size_t size = whole ? octets.size() : 1 + random_.below(octets.size());
    way.pieces.emplace_back(octets.substr(0, size));
    octets.remove_prefix(size);
  }
  keep_moving(id, other(end));
}

void StreamNetwork::close(ConnectionId id, End end) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  connection.users[index(end)] = nullptr;
  connection.ways[index(end)].pieces.clear();
  connection.ways[index(other(end))].finished = true;
  if (connection.open) keep_moving(id, other(end));
  forget_if_over(id);
}

void StreamNetwork::vanish(ConnectionId id, End end) {
  sever(id);
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  found->second.users[index(end)] = nullptr;
  forget_if_over(id);
}

void StreamNetwork::keep_moving(ConnectionId id, End to) {
  Connection& connection = connections_.at(id);
  Way& way = connection.ways[index(to)];
  if (way.moving) return;
  way.moving = true;
  way.stuck_since = agenda_.now();
  agenda_.enter(latency(connection), [this, id, to] { move(id, to); });
}

// The next piece, or the end behind the last one, has come to where it either passes or not.
void StreamNetwork::move(ConnectionId id, End to) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  Way& way = connection.ways[index(to)];
  way.moving = false;
  if (!connection.severed && !nat_lets_through(connection)) {
    connection.severed = true;
    ++faults_.broken;
    // Some NATs answer what they do not know with a reset, towards the inside at least.
    if (to == End::server && random_.chance(0.5)) tell_closed(id, End::client, connection.site->link.latency);
  }
  if (connection.severed) return lose(id, to);
  if (is_cut(connection)) {
    if (agenda_.now() - way.stuck_since > patience_min) {
      sever(id);
      return lose(id, to);
    }
    way.moving = true;
    agenda_.enter(seconds{1}, [this, id, to] { move(id, to); });
    return;
  }
  connection.used = agenda_.now();
  if (way.pieces.empty()) {
    if (way.finished) tell_closed(id, to, Duration{0});
    return;
  }
  const std::string piece = std::move(way.pieces.front());
  way.pieces.pop_front();
  if (!way.pieces.empty() || way.finished) keep_moving(id, to);
  if (StreamUser* const user = connection.users[index(to)]) user->stream_octets(piece);
}

// Nothing gets through any more, and the writer finds out in the end.
void StreamNetwork::lose(ConnectionId id, End to) {
  Connection& connection = connections_.at(id);
  connection.ways[index(to)].pieces.clear();
  tell_closed(id, other(to), random_.between(patience_min, patience_max));
}

void StreamNetwork::tell_closed(ConnectionId id, End end, Duration after) {
  agenda_.enter(after, [this, id, end] {
    const auto found = connections_.find(id);
    if (found == connections_.end()) return;
    StreamUser* const user = std::exchange(found->second.users[index(end)], nullptr);
    if (found->second.open && !found->second.severed) {
      found->second.ways[index(other(end))].finished = true;
      keep_moving(id, other(end));
    }
    forget_if_over(id);
    if (user != nullptr) user->stream_closed();
  });
}

void StreamNetwork::forget_if_over(ConnectionId id) {
  const auto found = connections_.find(id);
  if (found != connections_.end() && !found->second.users[0] && !found->second.users[1])
    connections_.erase(found);
}

std::vector<ConnectionId> StreamNetwork::through(const Site& site) const {
  std::vector<ConnectionId> ids;
  for (const auto& [id, connection] : connections_) {
    if (connection.open && (connection.site == &site || connection.remote.same_address(site.address)))
      ids.push_back(id);
  }
  return ids;
}

std::vector<ConnectionId> StreamNetwork::between(const Site& a, const Site& b) const {
  std::vector<ConnectionId> ids;
  for (const auto& [id, connection] : connections_) {
    const auto leads = [&](const Site& from, const Site& to) {
      return connection.site == &from && connection.remote.same_address(to.address);
    };
    if (connection.open && (leads(a, b) || leads(b, a))) ids.push_back(id);
  }
  return ids;
}

void StreamNetwork::reset(ConnectionId id) {
  ++faults_.broken;
  Connection& connection = connections_.at(id);
  connection.severed = true;
  tell_closed(id, End::client, latency(connection));
  tell_closed(id, End::server, latency(connection));
}

void StreamNetwork::sever(ConnectionId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end() || found->second.severed) return;
  ++faults_.broken;
  found->second.severed = true;
}

}  // namespace flowgate::sim
