// A UA's end of a flow to its edge: a UDP socket or a connection. It may be opened again after it has failed.
#pragma once

#include <string>

#include "sim/keepalive.h"
#include "sim/stream_reader.h"
#include "sim/world.h"

namespace flowgate::sim {

class UaFlow;

class UaFlowUser {
 public:
  virtual ~UaFlowUser() = default;
  virtual void flow_open() = 0;
  // It is closed already.
  virtual void flow_failed(std::string_view why) = 0;
  virtual void flow_received(UaFlow& flow, const Packet& packet) = 0;
};

class UaFlow final : public DatagramUser, public StreamUser {
 public:
  struct Settings {
    std::string name;
    Protocol protocol = Protocol::udp;
    Endpoint host;  // of the UA, inside its site; the port is chosen
    Endpoint edge;
    Keepalive::Kind keepalive = Keepalive::Kind::stun;
    bool keeps_alive = true;
  };
  UaFlow(World& world, Site& site, const Settings& settings, Random random, UaFlowUser& user);
  ~UaFlow() override { close(); }

  const std::string& name() const { return settings_.name; }
  const Endpoint& edge() const { return settings_.edge; }
  Protocol protocol() const { return settings_.protocol; }
  bool is_stream() const { return flowgate::is_stream(settings_.protocol); }
  std::string sent_by() const { return local_.text(); }
  bool is_open() const { return open_; }

  void open();
  void close();
  void send(std::string text);
  // RFC 5626 §4.4: `flow_timer` as in the Flow-Timer header field; 0: there was none.
  void keep_alive(std::chrono::seconds flow_timer);

  void datagram(const Endpoint& local, const Endpoint& from, std::string_view octets) override;
  void stream_open() override;
  void stream_octets(std::string_view octets) override;
  void stream_closed() override;

 private:
  void transmit(std::string_view octets);
  void receive(std::string text);
  void fail(std::string_view why);

  World& world_;
  Site& site_;
  Settings settings_;
  Random random_;
  UaFlowUser& user_;
  Endpoint local_;
  bool open_ = false;
  ConnectionId connection_ = 0;  // 0: none
  StreamReader reader_;
  Keepalive keepalive_;
  Alarm opening_;
};

}  // namespace flowgate::sim
