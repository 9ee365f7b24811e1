// The `dns:` section: how names are resolved (RFC 3263).
#pragma once

#include <chrono>
#include <vector>

#include "conf/section.h"
#include "flowtoken/flow.h"

namespace flowgate::conf {

struct Dns {
  std::vector<Endpoint> servers;            // none: those of /etc/resolv.conf
  std::chrono::milliseconds timeout{2000};  // of the first try with each server; it doubles with each round
  unsigned tries = 2;                       // rounds
  std::chrono::seconds set_aside{30};       // how long an address that failed is tried behind all others
};

// `top`: the whole file. Throws Error.
Dns read_dns(const Section& top);

}  // namespace flowgate::conf
