// A host with flowgate on it: the very core of proxy/, with the registrar and its store, behind a shell that
// does what transport/ and proxy/server do, without sockets. It may crash and come back: the connections and
// what was in memory are lost, the key file stays.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/core.h"
#include "registrar/memory_store.h"
#include "sim/edge_connection.h"
#include "sim/known_bindings.h"
#include "sim/world.h"

namespace flowgate::sim {

class EdgeHost final : public proxy::Network,
                       public proxy::Resolver,
                       public DatagramUser,
                       public StreamListener {
 public:
  struct Settings {
    std::string domain = "example.com";
    proxy::Settings core;
    registrar::Options registrar;
  };

  EdgeHost(World& world, Site& site, const Settings& settings);
  ~EdgeHost() override;

  void start();
  // `silently`: peers do not hear of it until they write.
  void crash(bool silently);
  bool is_up() const { return core_ != nullptr; }

  Endpoint address(Protocol protocol) const;
  const std::string& name() const { return site_.name; }
  Observers& observers() { return observers_; }
  // For sabotage: the other flows of an instance.
  void watch(const KnownBindings& bindings) { bindings_ = &bindings; }

  // What is left: nothing, at the end.
  std::size_t transactions() const { return core_->transactions(); }
  bool has_timers() const { return core_->next_deadline().has_value(); }
  std::size_t bindings() const { return location_->size(); }
  std::size_t flows_with_bindings() const;

  // proxy::Network and proxy::Resolver
  bool send(const Flow& flow, std::string_view text) override;
  void connect(const proxy::NextHop& hop, Connected done) override;
  void pass_to_shard(unsigned shard, const Flow& flow, std::string_view text) override;
  void resolve(const sip::Uri& uri, Resolved done) override;

  void datagram(const Endpoint& local, const Endpoint& from, std::string_view octets) override;
  StreamUser& accept(ConnectionId id, const Endpoint& local, const Endpoint& remote) override;

  // Of EdgeConnection.
  void receive(const Flow& flow, std::string text);
  void keepalive(const Flow& flow);
  void connection_closed(const Flow& flow);
  void connection_broken(const Flow& flow);

 private:
  bool transmit(const Flow& flow, std::string_view text);
  void tell_core_closed(const Flow& flow);
  void arm();
  void sweep();
  void drop_silent_flows();
  // Does what the sabotage in force does to a message on its way out. True: it is not to be sent as it is.
  bool sabotage(const Flow& flow, const Packet& packet);

  World& world_;
  Site& site_;
  Settings settings_;
  TokenKeys keys_;
  registrar::Domains domains_;
  proxy::LocalAddresses local_;
  Random random_;
  Observers observers_;
  const KnownBindings* bindings_ = nullptr;

  unsigned boots_ = 0;
  std::unique_ptr<registrar::MemoryStore> location_;
  std::unique_ptr<proxy::UaFlows> ua_flows_;
  std::unique_ptr<proxy::Core> core_;
  std::map<std::uint64_t, std::unique_ptr<EdgeConnection>> connections_;  // by serial
  std::uint64_t serial_ = 0;
  std::vector<Flow> flows_seen_;  // that something was registered over
  Flow last_sent_to_;
  bool sabotaging_ = false;
  Alarm core_timer_, sweep_timer_;
};

}  // namespace flowgate::sim
