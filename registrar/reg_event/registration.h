// The registration of one AOR as watchers see it: the state machines of RFC 3680 §4.7.1. It follows what the
// location service has, and remembers what has changed until every watcher has been told.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registrar/location_service.h"
#include "registrar/reg_event/contact.h"

namespace flowgate::reg_event {

class Registration {
 public:
  explicit Registration(std::string_view aor) : aor_(aor) {}

  const std::string& aor() const { return aor_; }
  // The id attribute of the registration element: the same for the same AOR.
  std::uint64_t id() const;

  // What the location service has now. `cause`: why bindings are gone that have not expired.
  void observe(const registrar::Record& record, registrar::Cause cause, Instant now);
  bool observed() const { return observation_ > 0; }
  // Time passes: what has expired by now is gone, whether or not the location service has swept it.
  void expire(Instant now);
  // When the next contact expires.
  std::optional<Instant> next_expiry() const;

  // Contacts change one at a time; the changes are numbered from 1. This is the number of the last one.
  std::uint64_t changes() const { return changes_; }
  // Every watcher knows of the changes up to this one: contacts that went with them need not be kept.
  void forget(std::uint64_t change);
  // Who knows of fewer changes than these has missed some, and must be told the full state.
  std::uint64_t forgotten() const { return forgotten_; }

  bool active() const { return active_ > 0; }
  // In the order of their changes: those that have changed since `change`, with `full` also all that are
  // active. They live until the registration is changed.
  std::vector<const Contact*> contacts(std::uint64_t change, bool full) const;

 private:
  void take(const registrar::Binding& binding);
  void end(Contact& contact, Event event);
  void drop_oldest_terminated();

  // Of contacts that have gone; a phone has one or two at a time.
  static constexpr std::size_t max_terminated = 64;

  std::string aor_;
  boost::unordered_flat_map<std::uint64_t, Contact> contacts_;  // by id, which is a keyed hash
  std::size_t active_ = 0;
  std::uint64_t changes_ = 0;
  std::uint64_t forgotten_ = 0;
  std::uint64_t observation_ = 0;
};

}  // namespace flowgate::reg_event
