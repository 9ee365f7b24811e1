// A host around one core that costs next to nothing itself: what is sent over a flow is kept there, and
// nothing else.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/core.h"
#include "registrar/digest/protection_space.h"
#include "registrar/memory_store.h"

namespace flowgate::cost {

class Host final : public proxy::Network, public proxy::Resolver {
 public:
  // Who has to authenticate; none: nobody has to.
  explicit Host(std::vector<registrar::User> users = {});

  // A UDP flow to a phone at an address of its own.
  Flow flow(unsigned phone) const;
  // Counted: everything between the message and what is sent because of it.
  void receive(const Flow& flow, std::string_view text);
  // Counted: timers that fire, and what they free.
  void passes(std::chrono::milliseconds time);
  // What was sent since the last call, in order.
  std::vector<std::pair<Flow, std::string>> sent() { return std::exchange(sent_, {}); }

  // proxy::Network and proxy::Resolver
  bool send(const Flow& flow, std::string_view text) override;
  void connect(const proxy::NextHop& hop, Connected done) override;
  void pass_to_shard(unsigned, const Flow&, std::string_view) override {}
  void resolve(const sip::Uri&, Resolved done) override { done({}); }

 private:
  registrar::Instant now_{std::chrono::hours(1)};
  TokenKeys keys_;
  registrar::MemoryStore location_;
  proxy::UaFlows ua_flows_;
  registrar::UserTable users_;
  registrar::Domains domains_;
  std::unique_ptr<digest::ProtectionSpace> protection_space_;
  proxy::LocalAddresses local_;
  std::uint64_t random_ = 0;
  proxy::Core core_;
  std::string buffer_;
  std::vector<std::pair<Flow, std::string>> sent_;
};

// How many were made by what is counted.
std::uint64_t counted_allocations();

}  // namespace flowgate::cost
