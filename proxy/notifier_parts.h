// What the pieces of a shard's notifier share. All of it outlives every subscription.
#pragma once

#include <cstdint>
#include <functional>

#include "proxy/core_parts.h"
#include "proxy/local_addresses.h"
#include "registrar/domains.h"
#include "registrar/encrypted_gruu.h"
#include "registrar/reg_event/options.h"

namespace flowgate::proxy {

struct NotifierParts {
  CoreParts& core;
  const LocalAddresses& local;
  const registrar::Domains& domains;
  registrar::EncryptedGruus& gruus;
  std::function<std::uint64_t()> random;
  std::uint8_t shard;
  reg_event::Options options;

  TimerWheel& timers() const { return core.transactions.timers(); }
  Instant now() const { return timers().now(); }
};

}  // namespace flowgate::proxy
