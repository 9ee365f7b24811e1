// Next hops that failed (RFC 3263 §4.3) are set aside for a while: tried behind the others, but tried, and
// after that while in their own place again. RFC 3263 §1: "The client cannot query a failed server
// continuously [...] Furthermore, the availability state must eventually be flushed".
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <deque>
#include <map>
#include <vector>

#include "transport/dns/next_hop_lookup.h"

namespace flowgate::dns {

struct SetAsideOptions {
  std::chrono::seconds duration{30};
  std::size_t max_entries = 1024;  // over it, the oldest failure is forgotten
};

class SetAside {
 public:
  explicit SetAside(const SetAsideOptions& options = {}) : options_(options) {}

  void failed(const NextHop& next_hop, Instant now);
  bool has(const NextHop& next_hop, Instant now);
  // Moves what is set aside to the end of the list, where the order among them stays as it was.
  void order(std::vector<NextHop>& next_hops, Instant now);

  std::size_t size() const { return until_.size(); }

 private:
  // One address may be a good next hop by one protocol and none by another.
  struct Key {
    Protocol protocol;
    Endpoint address;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  void forget(Instant now);

  const SetAsideOptions options_;
  std::map<Key, Instant> until_;
  std::deque<std::pair<Instant, Key>> failures_;  // by time: all are set aside for equally long
};

}  // namespace flowgate::dns
