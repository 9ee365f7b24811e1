// Who is where: sites with one public address each, perhaps behind a NAT, each on a link of its own quality.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/nat.h"

namespace flowgate::sim {

// What a site's connection to the world does to what passes it, in both directions.
struct Link {
  double loss = 0, duplicate = 0;  // of datagrams
  Duration latency{};
  Duration jitter{};  // reorders datagrams
  bool cut = false;   // nothing passes
};

struct Site {
  unsigned number = 0;
  std::string name;
  Endpoint address;  // public; port 0
  std::unique_ptr<Nat> nat;
  Link link;
};

class Internet {
 public:
  Site& add(std::string name, std::string_view address);
  Site* at(const Endpoint& endpoint);
  // A partition: nothing passes between the two, whatever else passes.
  void part(const Site& a, const Site& b) { parted_.insert(pair_of(a, b)); }
  void join(const Site& a, const Site& b) { parted_.erase(pair_of(a, b)); }
  bool is_cut(const Site& a, const Site& b) const {
    return a.link.cut || b.link.cut || parted_.contains(pair_of(a, b));
  }
  const std::vector<std::unique_ptr<Site>>& sites() const { return sites_; }

 private:
  using Pair = std::pair<unsigned, unsigned>;  // of sites' numbers
  static Pair pair_of(const Site& a, const Site& b) { return std::minmax(a.number, b.number); }

  std::vector<std::unique_ptr<Site>> sites_;
  std::map<Endpoint, Site*> by_address_;
  std::set<Pair> parted_;
};

Endpoint endpoint(std::string_view address, std::uint16_t port);
// "203.0.113.1:5060"
Endpoint endpoint(std::string_view host_port);

}  // namespace flowgate::sim
