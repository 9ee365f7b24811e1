// A host with flowgate on it: the very core of proxy/, as an edge, as a registrar or as both, behind a shell
// that does what transport/ and proxy/server do, without sockets. It may crash and come back: the connections
// and what was in memory are lost, the key file stays.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/core.h"
#include "registrar/memory_store.h"
#include "sim/host_connection.h"
#include "sim/saboteur.h"
#include "sim/world.h"

namespace flowgate::sim {

class Host final : public proxy::Network, public proxy::Resolver, public DatagramUser, public StreamListener {
 public:
  struct Settings {
    std::string domain = "example.com";
    std::uint8_t key = 7;  // what its key file holds
    proxy::Roles roles;
    proxy::Settings core;
    registrar::Options registrar;
  };

  Host(World& world, Site& site, const Settings& settings);
  ~Host() override;

  void start();
  // `silently`: peers do not hear of it until they write.
  void crash(bool silently);
  bool is_up() const { return core_ != nullptr; }

  Endpoint address(Protocol protocol) const;
  Site& site() { return site_; }
  const std::string& name() const { return site_.name; }
  const proxy::Roles& roles() const { return settings_.roles; }
  Observers& observers() { return observers_; }
  // For sabotage: the other flows of an instance.
  void watch(const KnownBindings& bindings) { saboteur_.watch(bindings); }

  // What is left: nothing, at the end.
  std::size_t transactions() const { return core_->transactions(); }
  bool has_timers() const { return core_->next_deadline().has_value(); }
  std::size_t bindings() const { return location_->size(); }
  std::size_t ua_flows() const { return ua_flows_->size(); }
  std::size_t flows_with_bindings() const;

  // proxy::Network and proxy::Resolver
  bool send(const Flow& flow, std::string_view text) override;
  void connect(const proxy::NextHop& hop, Connected done) override;
  void pass_to_shard(unsigned shard, const Flow& flow, std::string_view text) override;
  void resolve(const sip::Uri& uri, Resolved done) override;

  void datagram(const Endpoint& local, const Endpoint& from, std::string_view octets) override;
  StreamUser& accept(ConnectionId id, const Endpoint& local, const Endpoint& remote) override;

  // Of HostConnection.
  void receive(const Flow& flow, std::string text);
  void keepalive(const Flow& flow);
  void connection_open(HostConnection& connection);
  void connection_closed(const Flow& flow);
  void connection_broken(const Flow& flow);

 private:
  friend class Saboteur;
  bool transmit(const Flow& flow, std::string_view text);
  void tell_core_closed(const Flow& flow);
  void tell(const Connected& done, const boost::system::result<Flow>& flow);
  HostConnection& dial(const proxy::NextHop& hop);
  void make_core();
  void arm();
  void sweep();
  void drop_silent_flows();

  World& world_;
  Site& site_;
  Settings settings_;
  TokenKeys keys_;
  registrar::Domains domains_;
  proxy::LocalAddresses local_;
  Random random_;
  Observers observers_;
  Saboteur saboteur_;

  unsigned boots_ = 0;
  std::unique_ptr<registrar::MemoryStore> location_;
  std::unique_ptr<proxy::UaFlows> ua_flows_;
  std::unique_ptr<proxy::Core> core_;
  std::map<std::uint64_t, std::unique_ptr<HostConnection>> connections_;  // by serial
  std::uint64_t serial_ = 0;
  std::uint16_t next_port_ = 0;   // of what it dials
  std::vector<Flow> flows_seen_;  // that something was registered over
  Alarm core_timer_, sweep_timer_;
};

}  // namespace flowgate::sim
