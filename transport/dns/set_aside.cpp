#include "transport/dns/set_aside.h"

#include <algorithm>

namespace flowgate::dns {

void SetAside::failed(const NextHop& next_hop, Instant now) {
  const Key key{next_hop.protocol, next_hop.address};
  const Instant until = now + options_.duration;
  until_[key] = until;
  failures_.emplace_back(until, key);
  forget(now);
}

bool SetAside::has(const NextHop& next_hop, Instant now) {
  forget(now);
  return until_.contains({next_hop.protocol, next_hop.address});
}

void SetAside::order(std::vector<NextHop>& next_hops, Instant now) {
  forget(now);
  if (until_.empty()) return;
  std::stable_partition(next_hops.begin(), next_hops.end(), [this](const NextHop& next_hop) {
    return !until_.contains({next_hop.protocol, next_hop.address});
  });
}

// A hop that failed again meanwhile has a later entry too, and that one counts.
void SetAside::forget(Instant now) {
  while (!failures_.empty() && (failures_.front().first <= now || failures_.size() > options_.max_entries)) {
    const auto& [until, key] = failures_.front();
    const auto entry = until_.find(key);
    if (entry != until_.end() && entry->second == until) until_.erase(entry);
    failures_.pop_front();
  }
}

}  // namespace flowgate::dns
