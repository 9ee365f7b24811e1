#include "sim/failover_drill.h"

#include <chrono>

namespace flowgate::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Since begin(). Whoever answers has done so before the edge is lost.
constexpr Duration loss = seconds{40}, verdict = seconds{95}, recovery = seconds{100};

}  // namespace

FailoverDrill::FailoverDrill(World& world, Topology& topology, UserAgent& prober,
                             const std::vector<std::unique_ptr<UserAgent>>& phones)
    : world_(world),
      topology_(topology),
      prober_(prober),
      phones_(phones),
      random_(world.random.stream("failover drill")),
      lost_(static_cast<unsigned>(random_.below(2))) {}

unsigned FailoverDrill::way_in() {
  const unsigned registrar = static_cast<unsigned>(topology_.hosts().size()) - 1;
  return random_.chance(0.5) ? registrar : 1 - lost_;
}

void FailoverDrill::begin() {
  Agenda& agenda = world_.agenda;
  for (const auto& phone : phones_) {
    if (!KnownBindings::is_gruu(phone->own_uri())) continue;
    const Instant hang_up = agenda.now() + loss + random_.between(milliseconds{100}, seconds{12});
    calls_.push_back({phone.get(), prober_.call(phone->own_uri(), way_in(), {loss / 2, hang_up}), true});
  }
  agenda.enter(loss, [this] { lose_edge(); });
  agenda.enter(verdict, [this] { check(); });
  agenda.enter(recovery, [this] { topology_.edge(lost_).start(); });
}

void FailoverDrill::lose_edge() {
  const Endpoint other = topology_.edge(1 - lost_).site().address;
  for (const Asked& call : calls_) {
    const std::string target = prober_.dialogs().target(call.call_id);
    const bool lasting = KnownBindings::is_gruu(target) && !KnownBindings::is_temporary(target);
    if (lasting && call.phone->is_registered_through(other)) asked_.push_back(call);
  }
  topology_.edge(lost_).crash(random_.chance(0.5));
  for (const auto& phone : phones_) {
    if (!phone->is_registered_through(other)) continue;
    world_.agenda.enter(random_.between(Duration{0}, seconds{5}), [this, &phone] {
      asked_.push_back({phone.get(), prober_.probe(phone->own_uri(), way_in()), false});
    });
  }
}

void FailoverDrill::check() {
  const Endpoint other = topology_.edge(1 - lost_).site().address;
  for (const Asked& asked : asked_) {
    // Either side may have hung up.
    const bool done = asked.by_bye
                          ? asked.phone->was_asked(asked.call_id) || prober_.was_asked(asked.call_id)
                          : asked.phone->was_asked(asked.call_id) && prober_.was_answered(asked.call_id);
    if (done || !asked.phone->is_registered_through(other)) continue;
    return world_.verdict.fail(name, asked.phone->name() +
                                         " is registered through another edge, too, but not reached by " +
                                         asked.call_id);
  }
}

}  // namespace flowgate::sim
