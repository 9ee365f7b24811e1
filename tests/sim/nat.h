// A NAT of the unkind sort: a mapping for each pair of inner and remote address (RFC 4787 §4.1, address and
// port-dependent), nothing let in that was not asked for (§5), mappings that run out (§4.3), and a power
// switch.
#pragma once

#include <map>
#include <optional>
#include <utility>

#include "flowtoken/flow.h"
#include "sim/agenda.h"

namespace flowgate::sim {

class Nat {
 public:
  struct Settings {
    Duration udp_timeout{};
    Duration stream_timeout{};
    bool inbound_refreshes = false;  // RFC 4787 REQ-6: it may
  };

  Nat(const Endpoint& outside, const Settings& settings, Random random);

  // The outer address of a datagram from `inner` to `remote`.
  Endpoint outbound(const Endpoint& inner, const Endpoint& remote, Instant now);
  // The inner address of a datagram that came to `outer`; nothing when it stays outside.
  std::optional<Endpoint> inbound(const Endpoint& outer, const Endpoint& remote, Instant now);

  // The outer address of a new connection. It lasts as long as generation() stays and nothing is silent for
  // longer than stream_timeout.
  Endpoint open_stream() { return fresh_port(); }
  std::uint64_t generation() const { return generation_; }

  // All mappings are gone, and new ones have other ports.
  void reboot();
  Settings& settings() { return settings_; }

 private:
  struct Mapping {
    Endpoint outer;
    Instant used;
  };
  Endpoint fresh_port();
  bool is_alive(const Mapping& mapping, Instant now) const {
    return now - mapping.used < settings_.udp_timeout;
  }

  Endpoint outside_;
  Settings settings_;
  Random random_;
  std::uint16_t next_port_ = 0;
  std::uint64_t generation_ = 0;
  std::map<std::pair<Endpoint, Endpoint>, Mapping> mappings_;  // by inner, remote
  std::map<std::pair<Endpoint, Endpoint>, Endpoint> inner_;    // by outer, remote
};

}  // namespace flowgate::sim
