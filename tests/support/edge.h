// flowgate in a ladder: edge proxy and registrar of example.com at 203.0.113.1, UDP and TCP 5060, TLS 5061,
// WebSocket 8080 and, over TLS, 8443, on a virtual network of phones, in virtual time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/core.h"
#include "registrar/memory_store.h"
#include "support/phone.h"

namespace flowgate::test {

class Edge : public proxy::Network, public proxy::Resolver, private registrar::Observer {
 public:
  // The password of each is the name, backwards.
  using Users = std::set<std::string, std::less<>>;
  explicit Edge(proxy::Settings settings = {}, registrar::Options registrar = {},
                std::optional<Users> users = std::nullopt, const proxy::Roles& roles = {},
                const reg_event::Options& events = {}, unsigned shards = 1,
                const std::optional<digest::Options>& digest = std::nullopt);
  ~Edge() override;

  // A phone behind a flow; the address is what the edge sees. Names are AOR user parts; several phones may
  // share one.
  Phone& phone(Protocol protocol, std::string name, std::string_view address);
  Phone& udp(std::string name, std::string_view address) {
    return phone(Protocol::udp, std::move(name), address);
  }
  Phone& tcp(std::string name, std::string_view address) {
    return phone(Protocol::tcp, std::move(name), address);
  }
  Phone& tls(std::string name, std::string_view address) {
    return phone(Protocol::tls, std::move(name), address);
  }

  void passes(std::chrono::milliseconds time);
  // The connection of a stream phone is closed and the edge knows.
  void breaks(const Phone& phone);
  // ... and the edge will find out when it sends.
  void breaks_unseen(const Phone& phone);
  // An ICMP message comes back from a UDP phone's address; whether it is genuine, nobody knows.
  void icmp_says_unreachable(const Phone& phone);
  void sweeps_the_location_service();
  // The host name has that address, behind those that it has already.
  void resolves(const std::string& name, const std::string& address) { names_[name].push_back(address); }
  void listens_for_udp_alone();
  // Beside example.com.
  void also_serves(const std::string& domain);
  // From now on, names are resolved when answers_resolver() is called.
  void resolves_late() { late_ = true; }
  void answers_resolver();

  proxy::Core& core(unsigned shard = 0) { return *cores_.at(shard); }
  registrar::MemoryStore& location() { return location_; }
  registrar::UserTable& users() { return users_; }
  proxy::InviteIndex& invites() { return invites_; }
  FlowTokens tokens() { return FlowTokens(keys_); }
  registrar::Instant now() const { return now_; }
  const std::string& ladder() const { return ladder_; }

  // proxy::Network and proxy::Resolver
  bool send(const Flow& flow, std::string_view text) override;
  void connect(const proxy::NextHop& hop, Connected done) override;
  void pass_to_shard(unsigned shard, const Flow& flow, std::string_view text) override;
  void failed(const proxy::NextHop& hop) override { failed_.emplace(hop.protocol, hop.address); }
  bool is_set_aside(const proxy::NextHop& hop) override {
    return failed_.contains({hop.protocol, hop.address});
  }
  void resolve(const sip::Uri& uri, Resolved done) override;

 private:
  friend class Phone;
  Phone* find(const Flow& flow);
  bool is_gone(const Flow& flow) const;
  void receive(const Phone& from, const std::string& text);
  void changed(std::string_view aor, registrar::Cause cause) override;
  void draw(std::string_view arrow, const std::string& who, std::string_view text);

  registrar::Instant now_{std::chrono::hours(1)};
  TokenKeys keys_;
  registrar::MemoryStore location_;
  proxy::UaFlows ua_flows_{std::chrono::seconds{130}, 10'000};
  registrar::UserTable users_;
  registrar::Domains domains_;
  std::optional<digest::ProtectionSpace> protection_space_;
  proxy::LocalAddresses local_;
  proxy::InviteIndex invites_;
  std::vector<std::unique_ptr<proxy::Core>> cores_;  // by shard
  std::vector<std::unique_ptr<Phone>> phones_;
  std::vector<std::uint64_t> gone_;
  std::map<std::string, std::vector<std::string>, std::less<>> names_;
  std::set<std::pair<Protocol, Endpoint>> failed_;
  bool late_ = false;
  std::vector<std::pair<std::vector<proxy::NextHop>, Resolved>> unanswered_;
  std::uint64_t serials_ = 0;
  std::uint64_t random_ = 0;
  std::string ladder_;
};

}  // namespace flowgate::test
