#include "sim/simulation.h"

#include "sim/entropy.h"
#include "sim/reachable.h"

namespace flowgate::sim {
namespace {

using std::chrono::seconds;

std::string uuid(unsigned number) {
  std::string digits = std::to_string(number);
  return "urn:uuid:00000000-0000-1000-8000-" + std::string(12 - digits.size(), '0') + digits;
}

}  // namespace

Simulation::Simulation(std::uint64_t seed, Sabotage sabotage, bool verbose)
    : seed_(seed),
      world_(seed, sabotage),
      scenario_(Scenario::from(world_.random)),
      topology_(world_, scenario_) {
  seed_entropy(seed);
  if (verbose) world_.ladder.follow();
  make_places();
  make_phones();
  make_prober();
  plan();
}

void Simulation::make_places() {
  for (std::size_t i = 0; i < scenario_.places.size(); ++i) {
    const Scenario::Place& place = scenario_.places[i];
    const std::string number = std::to_string(i + 1);
    Site& site = world_.internet.add("place " + number, "198.51.100." + number);
    site.link = place.link;
    if (place.has_nat)
      site.nat = std::make_unique<Nat>(site.address, place.nat, world_.random.stream(site.name));
    places_.push_back(&site);
  }
}

void Simulation::make_phones() {
  for (std::size_t i = 0; i < scenario_.phones.size(); ++i) {
    const Scenario::Phone& phone = scenario_.phones[i];
    Site& site = *places_[phone.place];
    UserAgent::Settings settings;
    settings.name = "ua" + std::to_string(i + 1);
    settings.user = "user" + std::to_string(phone.user);
    settings.instance = uuid(static_cast<unsigned>(i + 1));
    settings.kind = phone.kind;
    // The same private addresses behind every NAT.
    settings.host = site.nat ? endpoint("10.0.0." + std::to_string(i + 1), 0) : site.address;
    settings.protocols = phone.protocols;
    for (unsigned flow = 0; flow < phone.protocols.size(); ++flow)
      settings.edges.push_back(topology_.edge(phone.edge + flow).address(phone.protocols[flow]));
    settings.expires = phone.expires;
    settings.q = phone.q;
    settings.pause = phone.pause;
    settings.silence = phone.silence;
    phones_.push_back(std::make_unique<UserAgent>(world_, site, settings, directory_));
    directory_.add_aor(phones_.back()->aor());
  }
}

// It asks every host.
void Simulation::make_prober() {
  UserAgent::Settings settings;
  settings.name = "prober";
  settings.user = "prober";
  settings.kind = UserAgent::Kind::plain;
  Site& site = world_.internet.add("prober", "192.0.2.1");
  settings.host = site.address;
  for (const auto& host : topology_.hosts()) {
    settings.protocols.push_back(Protocol::udp);
    settings.edges.push_back(host->address(Protocol::udp));
  }
  settings.registers = false;
  prober_ = std::make_unique<UserAgent>(world_, site, settings, directory_);
}

void Simulation::plan() {
  Mishaps::Victims victims;
  victims.topology = &topology_;
  for (const auto& phone : phones_) victims.phones.push_back(phone.get());
  victims.places = places_;
  mishaps_ = std::make_unique<Mishaps>(world_, scenario_, std::move(victims));

  if (topology_.has_trunk()) drill_ = std::make_unique<FailoverDrill>(world_, topology_, *prober_, phones_);

  Random random = world_.random.stream("plan");
  Agenda& agenda = world_.agenda;
  for (const auto& host : topology_.hosts()) host->start();
  prober_->switch_on();
  for (const auto& phone : phones_)
    agenda.enter(random.between(Duration{0}, seconds{20}), [&phone] { phone->switch_on(); });
  mishaps_->begin();
  agenda.enter(agenda.at(scenario_.calm), [this] { mishaps_->end(); });
  agenda.enter(agenda.at(scenario_.probe), [this] { probe(); });
  agenda.enter(agenda.at(scenario_.quiet), [this] {
    check_probes();
    for (const auto& phone : phones_) phone->fall_silent();
    if (drill_) drill_->begin();
  });
  for (const auto& phone : phones_) {
    agenda.enter(agenda.at(scenario_.leave),
                 [&phone, politely = random.chance(0.5)] { phone->leave(politely); });
  }
}

void Simulation::probe() {
  for (const auto& phone : phones_) {
    if (!phone->is_fully_registered())
      return world_.verdict.fail("recovers", phone->name() + " is not registered, long after the last fault");
    for (unsigned host = 0; host < topology_.hosts().size(); ++host)
      probes_[prober_->probe(phone->own_uri(), host)] = phone.get();
  }
}

void Simulation::check_probes() {
  for (const auto& [call_id, phone] : probes_) {
    if (!prober_->was_answered(call_id) || !phone->was_asked(call_id))
      return world_.verdict.fail(Reachable::name,
                                 phone->name() + " is registered, but not reached by " + call_id);
  }
}

void Simulation::check_nothing_left() {
  topology_.check_nothing_left();
  const auto left = [this](const UserAgent& agent) {
    if (agent.left_over().empty()) return;
    world_.verdict.fail("nothing leaks", agent.name() + " still waits for " + agent.left_over());
  };
  for (const auto& phone : phones_) left(*phone);
  left(*prober_);
}

Outcome Simulation::run() {
  world_.agenda.run(scenario_.end, [this] { return world_.verdict.failure().has_value(); });
  if (!world_.verdict.failure()) check_nothing_left();
  Outcome outcome;
  outcome.seed = seed_;
  outcome.hosts = topology_.hosts().size();
  outcome.messages = world_.ladder.messages();
  outcome.faults = world_.faults.total();
  outcome.octets_hash = world_.ladder.octets_hash();
  outcome.course_hash = world_.ladder.course_hash();
  outcome.elapsed = world_.agenda.elapsed();
  if (const auto& failure = world_.verdict.failure()) {
    outcome.invariant = failure->invariant;
    outcome.what = failure->what;
    outcome.ladder = world_.ladder.text();
  }
  return outcome;
}

}  // namespace flowgate::sim
