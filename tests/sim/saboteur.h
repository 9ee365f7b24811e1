// Does to a host what the sabotage in force says.
#pragma once

#include <map>
#include <string>

#include "flowtoken/token.h"
#include "sim/known_bindings.h"
#include "sim/world.h"

namespace flowgate::sim {

class Host;

class Saboteur {
 public:
  Saboteur(World& world, Host& host) : world_(world), host_(host) {}

  void watch(const KnownBindings& bindings) { bindings_ = &bindings; }
  void spoil_arriving(std::string& text) const;
  // A message on its way out. True: it is not to be sent as it is.
  bool spoil(const Flow& flow, const Packet& packet);
  bool stops_timers() const;
  // The host comes back from a crash.
  void restarting(TokenKeys& keys) const;

 private:
  bool spoil_request(const Flow& flow, const Packet& packet);
  bool answer_twice(const Flow& flow, const Packet& packet);
  bool ring_twice(const Flow& flow, const Packet& packet);
  bool keep_to_first_flow(const Flow& flow, const Packet& packet);
  void forget_bindings(const Packet& packet);

  World& world_;
  Host& host_;
  const KnownBindings* bindings_ = nullptr;
  Flow last_sent_to_;
  std::map<std::string, std::string, std::less<>>
      first_branch_;  // by that of the Via below, and the instance
};

}  // namespace flowgate::sim
