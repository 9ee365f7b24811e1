// Where a request goes: RFC 3261 §16.5; RFC 5626 §5.3 and §7, RFC 5627 §6.1, draft-gruu §8.4.1.
#pragma once

#include <functional>
#include <vector>

#include "proxy/local_addresses.h"
#include "proxy/refusal.h"
#include "proxy/roles.h"
#include "proxy/routing.h"
#include "proxy/ua_flows.h"
#include "registrar/registrar.h"

namespace flowgate::proxy {

struct Targets {
  Refusal refusal;
  std::vector<registrar::Target> targets;
  bool located = false;  // they come from the location service: their failure says that the user is away
};

class TargetFinder {
 public:
  // All references must outlive it.
  TargetFinder(const Roles& roles, const LocalAddresses& local, const registrar::Domains& domains,
               registrar::LocationService& location, registrar::Registrar& registrar, UaFlows& ua_flows);

  // Is it for us to answer: for the registrar of our domains, or for this host rather than for a user? A
  // domain may be named like the address of a listener: then its users are users.
  bool is_for_us(const sip::Message& request, const sip::Uri& uri, const Flow& flow) const;
  // The dialect of the UA that is registered here, or through here, over `flow`.
  std::optional<Dialect> registered_over(const Flow& flow, Instant now);

  using Found = std::function<void(Targets)>;
  // `uri`: what to route by. `done` is called once, at once or later.
  void find(Instant now, const sip::Message& request, const Flow& flow, const sip::Uri& uri,
            const RouteDecision& decision, Found done);

 private:
  void locate(Instant now, const sip::Uri& uri, const RouteDecision& decision, Found done);
  void leave(const RouteDecision& decision, bool known, Targets found, const Found& done) const;
  bool may_follow_route(const RouteDecision& decision) const;

  const Roles& roles_;
  const LocalAddresses& local_;
  const registrar::Domains& domains_;
  registrar::LocationService& location_;
  registrar::Registrar& registrar_;
  UaFlows& ua_flows_;
};

}  // namespace flowgate::proxy
