// What everybody in the simulation shares.
#pragma once

#include "sim/agenda.h"
#include "sim/datagram_network.h"
#include "sim/faults_seen.h"
#include "sim/internet.h"
#include "sim/invariants.h"
#include "sim/ladder.h"
#include "sim/sabotage.h"
#include "sim/stream_network.h"

namespace flowgate::sim {

struct World {
  World(std::uint64_t seed, Sabotage to_do) : random(seed), sabotage(to_do) {}

  Random random;  // for streams only
  Sabotage sabotage;
  Agenda agenda;
  Internet internet;
  FaultsSeen faults;
  Verdict verdict;
  Ladder ladder{agenda};
  DatagramNetwork datagrams{agenda, internet, faults, random.stream("datagrams")};
  StreamNetwork streams{agenda, internet, faults, random.stream("streams")};
};

}  // namespace flowgate::sim
