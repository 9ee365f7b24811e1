// A host's end of a connection, accepted or dialled: framing, keepalives and STUN answered on the spot (RFC
// 5626 §3.5, §8).
#pragma once

#include <utility>
#include <vector>

#include "proxy/network.h"
#include "sim/stream_network.h"
#include "sim/stream_reader.h"

namespace flowgate::sim {

class Host;

class HostConnection final : public StreamUser {
 public:
  HostConnection(Host& host, StreamNetwork& network, ConnectionId id, const Flow& flow)
      : host_(host), network_(network), end_(End::server), id_(id), open_(true), flow_(flow) {}
  // Dials.
  HostConnection(Host& host, StreamNetwork& network, Site& site, const Flow& flow)
      : host_(host),
        network_(network),
        end_(End::client),
        id_(network.connect(site, flow.local, flow.remote, *this)),
        flow_(flow) {}

  const Flow& flow() const { return flow_; }
  ConnectionId id() const { return id_; }
  End end() const { return end_; }
  bool is_open() const { return open_; }
  bool leads_to(const proxy::NextHop& hop) const {
    return end_ == End::client && flow_.protocol == hop.protocol && flow_.remote == hop.address;
  }
  void write(std::string_view octets) { network_.write(id_, end_, octets); }
  // `done` is called when it is open, or has failed.
  void wait(proxy::Network::Connected done) { waiting_.push_back(std::move(done)); }
  std::vector<proxy::Network::Connected> take_waiting() { return std::exchange(waiting_, {}); }

  void stream_open() override;
  void stream_octets(std::string_view octets) override;
  void stream_closed() override;

 private:
  Host& host_;
  StreamNetwork& network_;
  End end_;
  ConnectionId id_;
  bool open_ = false;
  Flow flow_;
  StreamReader reader_;
  std::vector<proxy::Network::Connected> waiting_;
};

}  // namespace flowgate::sim
