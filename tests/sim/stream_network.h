// Connections between sites: octets in order, cut into pieces as chance has it; and the ways in which they
// end: closed, reset, or half dead, when everything written is swallowed until the writer's own patience
// ends.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/faults_seen.h"
#include "sim/internet.h"

namespace flowgate::sim {

using ConnectionId = std::uint64_t;
enum class End : std::uint8_t { client, server };

// One end of a connection. Calls come out of the agenda, never from inside a call to the network.
class StreamUser {
 public:
  virtual ~StreamUser() = default;
  virtual void stream_open() {}  // of the client's end
  virtual void stream_octets(std::string_view octets) = 0;
  // Over: closed by the other side, broken, or it could not be opened. The last call.
  virtual void stream_closed() = 0;
};

class StreamListener {
 public:
  virtual ~StreamListener() = default;
  virtual StreamUser& accept(ConnectionId id, const Endpoint& local, const Endpoint& remote) = 0;
};

class StreamNetwork {
 public:
  StreamNetwork(Agenda& agenda, Internet& internet, FaultsSeen& faults, Random random)
      : agenda_(agenda), internet_(internet), faults_(faults), random_(random) {}

  void listen(const Endpoint& local, StreamListener& listener) { listeners_[local] = &listener; }
  void stop_listening(const Endpoint& local) { listeners_[local] = nullptr; }
  // Somebody listens there, or did once.
  bool has_listened(const Endpoint& local) const { return listeners_.contains(local); }

  ConnectionId connect(Site& site, const Endpoint& local, const Endpoint& remote, StreamUser& user);
  void write(ConnectionId id, End end, std::string_view octets);
  // This end's user hears no more; the other end hears of it behind what was written before.
  void close(ConnectionId id, End end);

  // Faults. Of all that go through a site: what is half dead stays so.
  std::vector<ConnectionId> through(const Site& site) const;
  std::vector<ConnectionId> between(const Site& a, const Site& b) const;
  void reset(ConnectionId id);
  void sever(ConnectionId id);
  // The end is gone without a word.
  void vanish(ConnectionId id, End end);

 private:
  struct Way {  // to one end
    std::deque<std::string> pieces;
    bool finished = false;  // the writer has closed
    bool moving = false;
    Instant stuck_since{};
  };
  struct Connection {
    Site* site = nullptr;  // of the client
    Endpoint inner, outer, remote;
    std::uint64_t nat_generation = 0;
    Instant used{};
    bool open = false, severed = false;
    std::array<StreamUser*, 2> users{};
    std::array<Way, 2> ways;
  };
  static End other(End end) { return end == End::client ? End::server : End::client; }
  static std::size_t index(End end) { return static_cast<std::size_t>(end); }

  void arrive(ConnectionId id);
  void refuse(ConnectionId id, Duration after);
  void keep_moving(ConnectionId id, End to);
  void move(ConnectionId id, End to);
  void lose(ConnectionId id, End to);
  void tell_closed(ConnectionId id, End end, Duration after);
  void forget_if_over(ConnectionId id);
  bool nat_lets_through(const Connection& connection) const;
  bool is_cut(const Connection& connection) const;
  Duration latency(const Connection& connection);

  Agenda& agenda_;
  Internet& internet_;
  FaultsSeen& faults_;
  Random random_;
  ConnectionId last_ = 0;
  std::map<ConnectionId, Connection> connections_;
  std::map<Endpoint, StreamListener*> listeners_;
};

}  // namespace flowgate::sim
