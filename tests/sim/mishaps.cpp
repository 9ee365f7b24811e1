#include "sim/mishaps.h"

#include <chrono>

namespace flowgate::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

Mishaps::Mishaps(World& world, const Scenario& scenario, Victims victims)
    : world_(world),
      scenario_(scenario),
      victims_(std::move(victims)),
      random_(world.random.stream("mishaps")) {}

void Mishaps::begin() {
  const Scenario::Faults& faults = scenario_.faults;
  every(victims_.topology->has_trunk() ? scenario_.trunk.crash : faults.crash, [this] { crash_host(); });
  every(faults.nat_reboot, [this] { reboot_nat(); });
  every(faults.partition, [this] { cut_link(); });
  every(faults.bad_link, [this] { spoil_link(); });
  every(faults.reset, [this] { break_connection(world_.streams.through(any_place()), true); });
  every(faults.sever, [this] { break_connection(world_.streams.through(any_place()), false); });
  every(faults.phone_restart, [this] { restart_phone(); });
  if (!victims_.topology->has_trunk()) return;
  every(scenario_.trunk.partition, [this] { cut_trunk(); });
  every(scenario_.trunk.broken, [this] { break_trunk(); });
}

void Mishaps::every(Duration mean, std::function<void()> mishap) {
  if (mean == Duration{0}) return;
  alarms_.push_back(std::make_unique<Alarm>(world_.agenda));
  again(alarms_.size() - 1, mean, mishap);
}

void Mishaps::again(std::size_t index, Duration mean, const std::function<void()>& mishap) {
  alarms_[index]->set(random_.exponential(mean), [this, index, mean, mishap] {
    again(index, mean, mishap);
    mishap();
  });
}

void Mishaps::note(const std::string& text) {
  ++world_.faults.events;
  world_.ladder.event(text);
}

void Mishaps::crash_host() {
  const auto& hosts = victims_.topology->hosts();
  Host& host = *hosts[random_.below(hosts.size())];
  if (!host.is_up()) return;
  host.crash(random_.chance(0.3));
  world_.agenda.enter(random_.between(milliseconds{200}, seconds{30}), [&host] { host.start(); });
}

void Mishaps::cut_trunk() {
  Site& edge = victims_.topology->edge(static_cast<unsigned>(random_.below(2))).site();
  Site& registrar = victims_.topology->registrar().site();
  note(edge.name + " is parted from the registrar");
  world_.internet.part(edge, registrar);
  world_.agenda.enter(random_.between(seconds{2}, seconds{90}), [this, &edge, &registrar] {
    world_.ladder.event(edge.name + " and the registrar find each other again");
    world_.internet.join(edge, registrar);
  });
}

void Mishaps::break_trunk() {
  const Site& edge = victims_.topology->edge(static_cast<unsigned>(random_.below(2))).site();
  break_connection(world_.streams.between(edge, victims_.topology->registrar().site()), random_.chance(0.5));
}

void Mishaps::reboot_nat() {
  Site& place = any_place();
  if (!place.nat) return;
  note("the NAT of " + place.name + " reboots");
  place.nat->reboot();
}

void Mishaps::cut_link() {
  Site& place = any_place();
  note(place.name + " is cut off");
  place.link.cut = true;
  world_.agenda.enter(random_.between(seconds{2}, seconds{90}), [this, &place] {
    if (place.link.cut) world_.ladder.event(place.name + " is back");
    place.link.cut = false;
  });
}

void Mishaps::spoil_link() {
  Site& place = any_place();
  const Link before = place.link;
  note("bad weather at " + place.name);
  place.link.loss = random_.between(0.1, 0.7);
  place.link.duplicate = random_.between(0.0, 0.3);
  place.link.jitter = milliseconds{200};
  world_.agenda.enter(random_.between(seconds{10}, seconds{120}), [this, &place, before] {
    if (over_) return;
    const bool cut = place.link.cut;
    place.link = before;
    place.link.cut = cut;
  });
}

void Mishaps::break_connection(const std::vector<ConnectionId>& connections, bool reset) {
  if (connections.empty()) return;
  const ConnectionId id = connections[random_.below(connections.size())];
  note(reset ? "a connection is reset" : "a connection goes half dead");
  reset ? world_.streams.reset(id) : world_.streams.sever(id);
}

void Mishaps::restart_phone() {
  UserAgent& phone = *victims_.phones[random_.below(victims_.phones.size())];
  note(phone.name() + " restarts");
  phone.switch_off();
  world_.agenda.enter(random_.between(milliseconds{100}, seconds{60}), [&phone] { phone.switch_on(); });
}

void Mishaps::end() {
  over_ = true;
  alarms_.clear();
  Link& trunk = victims_.topology->registrar().site().link;
  trunk = Link{0, 0, trunk.latency, Duration{0}, false};
  for (Site* place : victims_.places) {
    place->link = Link{0, 0, place->link.latency, milliseconds{1}, false};
    if (!place->nat) continue;
    place->nat->settings().udp_timeout = std::chrono::minutes{30};
    place->nat->settings().stream_timeout = std::chrono::hours{4};
  }
  world_.ladder.event("the faults end");
}

}  // namespace flowgate::sim
