// Who is where: sites with one public address each, perhaps behind a NAT, each on a link of its own quality.
#pragma once

#include <map>
#include <memory>
#include <string>
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
  const std::vector<std::unique_ptr<Site>>& sites() const { return sites_; }

 private:
  std::vector<std::unique_ptr<Site>> sites_;
  std::map<Endpoint, Site*> by_address_;
};

Endpoint endpoint(std::string_view address, std::uint16_t port);

}  // namespace flowgate::sim
