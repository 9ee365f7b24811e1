#include "sim/agenda.h"

#include <algorithm>

namespace flowgate::sim {

Agenda::Entry Agenda::enter(Instant when, Event event) {
  const Entry entry{std::max(when, now_), ++sequence_};
  events_.emplace(entry, std::move(event));
  return entry;
}

void Agenda::run(Duration elapsed, const std::function<bool()>& stop) {
  const Instant until = at(elapsed);
  while (!events_.empty() && events_.begin()->first.first <= until && !stop()) {
    // Out of the map first: the event may enter and cross out others, and end its own owner.
    const auto next = events_.extract(events_.begin());
    now_ = next.key().first;
    next.mapped()();
  }
  if (!stop()) now_ = std::max(now_, until);
}

void Alarm::set(Instant when, Agenda::Event event) {
  cancel();
  entry_ = agenda_.enter(when, [this, event = std::move(event)] {
    entry_.reset();
    event();
  });
}

void Alarm::cancel() {
  if (entry_) agenda_.cross_out(*entry_);
  entry_.reset();
}

}  // namespace flowgate::sim
