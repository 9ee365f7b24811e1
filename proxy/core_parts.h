// What the pieces of one shard's core share. All of it belongs to Core and outlives every transaction.
#pragma once

#include <functional>
#include <string>

#include "proxy/forwarder.h"
#include "proxy/network.h"
#include "proxy/routing.h"
#include "proxy/transactions.h"
#include "registrar/registrar.h"

namespace flowgate::proxy {

struct CoreParts {
  Transactions& transactions;
  Forwarder& forwarder;
  Network& network;
  Resolver& resolver;
  registrar::Registrar& registrar;
};

// A flow to the next hop that a URI names: the address in it, or the first of the resolved ones that can be
// reached. `done` is called once, at once or later.
// `source`: where the request came from. An address of this host's loopback is reached only by requests that
// came from there, the unspecified address and multicast groups by none: nobody gets at what listens behind
// us through us.
void find_flow(CoreParts& parts, std::string_view uri, const Flow& source, Network::Connected done);

// What forwarding to `target` means for the message; `decision` is that of its Route set. `next_hop` is set
// to the URI whose address the request goes to, or to "" when it goes down target.flow.
ForwardPlan plan_for(const registrar::Target& target, const RouteDecision& decision,
                     const sip::Message& request, std::string& next_hop);

}  // namespace flowgate::proxy
