#include "sim/scenario.h"

namespace flowgate::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

template <class T>
T one_of(Random& random, std::initializer_list<T> values) {
  return values.begin()[random.below(values.size())];
}

Scenario::Place place(Random& random) {
  Scenario::Place place;
  place.has_nat = random.chance(0.7);
  place.nat.udp_timeout = one_of<Duration>(random, {seconds{30}, seconds{60}, seconds{120}, seconds{300}});
  place.nat.stream_timeout = one_of<Duration>(random, {seconds{90}, seconds{300}, minutes{60}});
  place.nat.inbound_refreshes = random.chance(0.5);
  const bool good = random.chance(0.5);
  place.link.loss = good ? 0 : random.between(0.0, 0.1);
  place.link.duplicate = good ? 0 : random.between(0.0, 0.05);
  place.link.latency = random.between(milliseconds{2}, milliseconds{80});
  place.link.jitter = random.between(Duration{0}, good ? milliseconds{5} : milliseconds{150});
  return place;
}

Scenario::Phone phone(Random& random, unsigned users, unsigned places) {
  Scenario::Phone phone;
  const double kind = random.between(0.0, 1.0);
  phone.kind = kind < 0.5   ? UserAgent::Kind::rfc
               : kind < 0.7 ? UserAgent::Kind::draft
                            : UserAgent::Kind::plain;
  phone.user = static_cast<unsigned>(random.below(users));
  phone.place = static_cast<unsigned>(random.below(places));
  const bool two_flows = phone.kind != UserAgent::Kind::plain && random.chance(0.5);
  for (int i = 0; i < (two_flows ? 2 : 1); ++i)
    phone.protocols.push_back(one_of(random, {Protocol::udp, Protocol::udp, Protocol::tcp, Protocol::tls}));
  phone.expires = one_of(random, {seconds{30}, seconds{90}, seconds{300}, seconds{600}, seconds{3600}});
  if (phone.kind != UserAgent::Kind::plain) phone.q = one_of<const char*>(random, {"", "", "", "0.5", "0.7"});
  phone.pause = random.between(seconds{20}, seconds{120});
  phone.silence = random.chance(0.3) ? 0.05 : 0;
  return phone;
}

Scenario::Faults faults(Random& random) {
  const auto mean = [&random](double chance, Duration low, Duration high) {
    return random.chance(chance) ? random.between(low, high) : Duration{0};
  };
  Scenario::Faults faults;
  faults.crash = mean(0.5, minutes{8}, minutes{40});
  faults.nat_reboot = mean(0.7, minutes{3}, minutes{20});
  faults.partition = mean(0.7, minutes{2}, minutes{15});
  faults.bad_link = mean(0.7, minutes{2}, minutes{15});
  faults.reset = mean(0.6, minutes{1}, minutes{10});
  faults.sever = mean(0.6, minutes{1}, minutes{10});
  faults.phone_restart = mean(0.6, minutes{3}, minutes{20});
  return faults;
}

Scenario::Trunk trunk(Random& random) {
  Scenario::Trunk trunk;
  trunk.exists = random.chance(0.5);
  trunk.protocol = random.chance(0.5) ? Protocol::udp : Protocol::tcp;
  const bool good = random.chance(0.6);
  trunk.link.latency = random.between(Duration{200}, milliseconds{30});
  trunk.link.loss = good ? 0 : random.between(0.0, 0.05);
  trunk.link.duplicate = good ? 0 : random.between(0.0, 0.05);
  trunk.link.jitter = random.between(Duration{0}, good ? milliseconds{1} : milliseconds{40});
  if (random.chance(0.8)) trunk.crash = random.between(minutes{3}, minutes{15});
  if (random.chance(0.6)) trunk.partition = random.between(minutes{2}, minutes{15});
  if (random.chance(0.5)) trunk.broken = random.between(minutes{2}, minutes{15});
  return trunk;
}

}  // namespace

Scenario Scenario::from(const Random& seed) {
  Random random = seed.stream("scenario");
  Scenario scenario;
  const auto phones = static_cast<unsigned>(2 + random.below(11));
  const auto users = static_cast<unsigned>(1 + random.below(phones));
  const auto places = static_cast<unsigned>(1 + random.below(phones));
  for (unsigned i = 0; i < places; ++i) scenario.places.push_back(place(random));
  for (unsigned i = 0; i < phones; ++i) scenario.phones.push_back(phone(random, users, places));
  scenario.faults = sim::faults(random);
  // Short enough that the last binding runs out before the end.
  scenario.host.registrar.max_expires = seconds{600};
  scenario.host.registrar.default_expires = seconds{300};
  scenario.host.registrar.flow_timer = one_of(random, {seconds{0}, seconds{25}, seconds{60}, seconds{120}});
  // Last, from a stream of its own: what is above stays as it is without it.
  Random apart = seed.stream("trunk");
  scenario.trunk = sim::trunk(apart);
  for (Phone& each : scenario.phones) each.edge = static_cast<unsigned>(apart.below(2));
  return scenario;
}

}  // namespace flowgate::sim
