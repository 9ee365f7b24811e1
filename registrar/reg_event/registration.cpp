#include "registrar/reg_event/registration.h"

#include <algorithm>

#include "flowtoken/keyed_hash.h"

namespace flowgate::reg_event {
namespace {

// RFC 3680 §4.7.1: deactivated "occurs when the administrator has removed the contact as a valid binding, but
// still wishes the client to attempt to re-register": so when its flow has failed.
Event event_for(const Contact& contact, registrar::Cause cause, Instant now) {
  if (contact.expires <= now) return Event::expired;
  return cause == registrar::Cause::flow_failure ? Event::deactivated : Event::unregistered;
}

}  // namespace

std::uint64_t Registration::id() const {
  return siphash24(process_hash_key(), aor_);
}

void Registration::observe(const registrar::Record& record, registrar::Cause cause, Instant now) {
  ++observation_;
  for (const registrar::Binding& binding : record.bindings) {
    if (binding.expires > now) take(binding);
  }
  for (auto& [id, contact] : contacts_) {
    if (contact.active && contact.observation != observation_) end(contact, event_for(contact, cause, now));
  }
  drop_oldest_terminated();
}

void Registration::take(const registrar::Binding& binding) {
  const auto [entry, is_new] = contacts_.try_emplace(contact_id(binding));
  Contact& contact = entry->second;
  contact.observation = observation_;
  const bool begins = is_new || !contact.active;
  if (!begins && !contact.differs(binding)) return;
  if (begins) {
    ++active_;
    // Of what was there before anybody watched, the last event is known all the same.
    const bool was_refreshed = observation_ == 1 && binding.updated != binding.registered;
    contact.event = was_refreshed ? Event::refreshed : Event::registered;
  } else if (contact.was_refreshed(binding)) {
    contact.event = Event::refreshed;
  } else if (binding.expires < contact.expires) {
    contact.event = Event::shortened;
  }
  contact.id = entry->first;
  contact.active = true;
  contact.set(binding);
  contact.change = ++changes_;
}

void Registration::end(Contact& contact, Event event) {
  contact.active = false;
  contact.event = event;
  contact.change = ++changes_;
  --active_;
}

void Registration::expire(Instant now) {
  for (auto& [id, contact] : contacts_) {
    if (contact.active && contact.expires <= now) end(contact, Event::expired);
  }
  drop_oldest_terminated();
}

std::optional<Instant> Registration::next_expiry() const {
  std::optional<Instant> next;
  for (const auto& [id, contact] : contacts_) {
    if (contact.active && (!next || contact.expires < *next)) next = contact.expires;
  }
  return next;
}

void Registration::forget(std::uint64_t change) {
  boost::unordered::erase_if(contacts_, [change](const auto& entry) {
    return !entry.second.active && entry.second.change <= change;
  });
}

// A UA that registers under ever new names, faster than watchers may be told, is not followed through all of
// them.
void Registration::drop_oldest_terminated() {
  std::vector<std::uint64_t> terminated;
  for (const auto& [id, contact] : contacts_) {
    if (!contact.active) terminated.push_back(contact.change);
  }
  if (terminated.size() <= max_terminated) return;
  const auto last_dropped = terminated.end() - max_terminated - 1;
  std::ranges::nth_element(terminated, last_dropped);
  forgotten_ = *last_dropped;
  forget(forgotten_);
}

std::vector<const Contact*> Registration::contacts(std::uint64_t change, bool full) const {
  std::vector<const Contact*> found;
  for (const auto& [id, contact] : contacts_) {
    if (contact.change > change || (full && contact.active)) found.push_back(&contact);
  }
  std::ranges::sort(found, {}, &Contact::change);
  return found;
}

}  // namespace flowgate::reg_event
