// The edge's end of a connection: framing, keepalives and STUN answered on the spot (RFC 5626 §3.5, §8).
#pragma once

#include "flowtoken/flow.h"
#include "sim/stream_network.h"
#include "sim/stream_reader.h"

namespace flowgate::sim {

class EdgeHost;

class EdgeConnection final : public StreamUser {
 public:
  EdgeConnection(EdgeHost& host, StreamNetwork& network, ConnectionId id, const Flow& flow)
      : host_(host), network_(network), id_(id), flow_(flow) {}

  const Flow& flow() const { return flow_; }
  ConnectionId id() const { return id_; }
  void write(std::string_view octets) { network_.write(id_, End::server, octets); }

  void stream_octets(std::string_view octets) override;
  void stream_closed() override;

 private:
  EdgeHost& host_;
  StreamNetwork& network_;
  ConnectionId id_;
  Flow flow_;
  StreamReader reader_;
};

}  // namespace flowgate::sim
