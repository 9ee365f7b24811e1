#include "sim/topology.h"

#include <utility>

#include "sim/one_final_response.h"
#include "sim/reachable.h"
#include "sim/right_flow.h"
#include "sim/rings_once.h"

namespace flowgate::sim {
namespace {

constexpr std::string_view registrar_address = "203.0.113.9";

// RFC 5626 §5.4: an edge's Flow-Timer is its own; there is always one.
Host::Settings edge_settings(const Scenario& scenario) {
  Host::Settings settings = scenario.host;
  settings.roles.registrar = false;
  if (settings.registrar.flow_timer.count() > 0) settings.roles.flow_timer = settings.registrar.flow_timer;
  settings.roles.next_hop = "sip:" + std::string(registrar_address) +
                            (scenario.trunk.protocol == Protocol::tcp ? ";transport=tcp;lr" : ";lr");
  return settings;
}

Host::Settings registrar_settings(const Scenario& scenario) {
  Host::Settings settings = scenario.host;
  settings.roles.edge = false;
  return settings;
}

}  // namespace

Topology::Topology(World& world, const Scenario& scenario) : world_(world), scenario_(scenario) {
  if (!scenario.trunk.exists) {
    Host::Settings settings = scenario.host;
    settings.roles.flow_timer = settings.registrar.flow_timer;
    add("edge", "203.0.113.1", settings);
    return;
  }
  add("edge 1", "203.0.113.1", edge_settings(scenario));
  add("edge 2", "203.0.113.2", edge_settings(scenario));
  add("registrar", registrar_address, registrar_settings(scenario));
  registrar().site().link = scenario.trunk.link;
}

void Topology::add(std::string name, std::string_view address, const Host::Settings& common) {
  Host::Settings settings = common;
  settings.key = static_cast<std::uint8_t>(settings.key + hosts_.size());
  Site& site = world_.internet.add(std::move(name), address);
  site.link.latency = Duration{300};
  watch(*hosts_.emplace_back(std::make_unique<Host>(world_, site, settings)));
}

void Topology::watch(Host& host) {
  Vantage vantage{host.site().address, host.roles().registrar, {}};
  if (!vantage.is_registrar) vantage.next_hop = std::string(registrar_address) + ":5060";
  auto bindings = std::make_unique<KnownBindings>(world_.agenda, vantage);
  auto forwarding = std::make_unique<Forwarding>(world_.agenda, *bindings);
  host.watch(*bindings);
  const Forwarding& known = *forwarding;
  Observers& observers = host.observers();
  observers.add(std::move(bindings));
  observers.add(std::move(forwarding));
  observers.add(std::make_unique<OneFinalResponse>(known, world_.verdict));
  observers.add(std::make_unique<RightFlow>(vantage, known, world_.verdict));
  observers.add(
      std::make_unique<RingsOnce>(world_.agenda, known, scenario_.host.core.branch_timeout, world_.verdict));
  observers.add(std::make_unique<Reachable>(known, world_.verdict));
}

void Topology::check_nothing_left() {
  for (const auto& host : hosts_) {
    host->observers().finish();
    const auto left = [&](std::size_t count, std::string_view what) {
      if (count == 0) return;
      world_.verdict.fail("nothing leaks",
                          host->name() + ": " + std::to_string(count) + " " + std::string(what) + " left");
    };
    left(host->transactions(), "transactions");
    left(host->bindings(), "bindings");
    left(host->ua_flows(), "flows of phones");
    left(host->flows_with_bindings(), "flows with bindings");
    left(host->has_timers() ? 1 : 0, "timers");
  }
}

}  // namespace flowgate::sim
