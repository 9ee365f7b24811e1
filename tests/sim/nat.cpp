#include "sim/nat.h"

namespace flowgate::sim {

Nat::Nat(const Endpoint& outside, const Settings& settings, Random random)
    : outside_(outside), settings_(settings), random_(random) {
  reboot();
}

Endpoint Nat::fresh_port() {
  // Onwards only: a port soon given to somebody else would be another fault than the one to look for.
  if (++next_port_ < 1024) next_port_ = 1024;
  Endpoint outer = outside_;
  outer.port = next_port_;
  return outer;
}

Endpoint Nat::outbound(const Endpoint& inner, const Endpoint& remote, Instant now) {
  auto [entry, fresh] = mappings_.try_emplace({inner, remote});
  Mapping& mapping = entry->second;
  if (fresh || !is_alive(mapping, now)) {
    if (!fresh) inner_.erase({mapping.outer, remote});
    mapping.outer = fresh_port();
    inner_[{mapping.outer, remote}] = inner;
  }
  mapping.used = now;
  return mapping.outer;
}

std::optional<Endpoint> Nat::inbound(const Endpoint& outer, const Endpoint& remote, Instant now) {
  const auto found = inner_.find({outer, remote});
  if (found == inner_.end()) return std::nullopt;
  Mapping& mapping = mappings_.at({found->second, remote});
  if (!is_alive(mapping, now)) return std::nullopt;
  if (settings_.inbound_refreshes) mapping.used = now;
  return found->second;
}

void Nat::reboot() {
  mappings_.clear();
  inner_.clear();
  ++generation_;
  next_port_ = static_cast<std::uint16_t>(next_port_ + 1 + random_.below(5000));
}

}  // namespace flowgate::sim
