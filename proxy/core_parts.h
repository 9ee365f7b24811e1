// What the pieces of one shard's core share. All of it belongs to Core and outlives every transaction.
#pragma once

#include <functional>
#include <string>

#include "proxy/forwarder.h"
#include "proxy/local_addresses.h"
#include "proxy/network.h"
#include "proxy/roles.h"
#include "proxy/routing.h"
#include "proxy/transactions.h"
#include "proxy/ua_flows.h"
#include "registrar/registrar.h"

namespace flowgate::proxy {

struct CoreParts {
  const Roles& roles;
  Transactions& transactions;
  Forwarder& forwarder;
  Network& network;
  Resolver& resolver;
  registrar::Registrar& registrar;
  UaFlows& ua_flows;
  const LocalAddresses& local;
};

// What forwarding to `target` means for the message; `decision` is that of its Route set. `next_hop` is set
// to the URI whose address the request goes to, or to "" when it goes down target.flow.
ForwardPlan plan_for(const registrar::Target& target, const RouteDecision& decision,
                     const sip::Message& request, std::string& next_hop);

}  // namespace flowgate::proxy
