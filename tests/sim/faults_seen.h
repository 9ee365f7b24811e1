// How much went wrong, by intention: a run without faults proves little.
#pragma once

#include <cstdint>

namespace flowgate::sim {

struct FaultsSeen {
  std::uint64_t lost = 0;        // datagrams
  std::uint64_t duplicated = 0;  // datagrams
  std::uint64_t unmapped = 0;    // datagrams that a NAT kept out
  std::uint64_t broken = 0;      // connections reset, severed or timed out
  std::uint64_t events = 0;      // reboots, crashes, partitions, bad links

  std::uint64_t total() const { return lost + duplicated + unmapped + broken + events; }
};

}  // namespace flowgate::sim
