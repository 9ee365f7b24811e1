// A contact as watchers see it: one state machine of RFC 3680 §4.7.1, made of what the registrar keeps as a
// binding.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "registrar/binding.h"

namespace flowgate::reg_event {

using registrar::Instant;

// What brought a contact into its state. The others of RFC 3680 figure 2 (created, probation, rejected) are
// an administrator's, and cannot happen here.
enum class Event : std::uint8_t { registered, refreshed, shortened, expired, deactivated, unregistered };
std::string_view event_name(Event event);

struct Contact {
  std::uint64_t id = 0;
  std::string value;  // Binding::contact; empty when it is too long to be worth telling
  std::string uri;
  std::string instance;
  std::string call_id;  // as `value`
  std::uint32_t cseq = 0;
  std::uint32_t first_cseq = 0;
  std::uint64_t epoch = 0;
  Instant registered, updated, expires;

  bool active = true;
  Event event = Event::registered;
  std::uint64_t change = 0;       // the number of its last change within the registration
  std::uint64_t observation = 0;  // the last one in which it was there

  void set(const registrar::Binding& binding);
  // A REGISTER has been there since.
  bool was_refreshed(const registrar::Binding& binding) const;
  // ... or something else that watchers are told has changed.
  bool differs(const registrar::Binding& binding) const;
};

// RFC 3680 §5.1: "MUST be unique amongst all other id attributes [...] conveyed to the subscriber", and "if
// the URI for two contacts are the same, their id attributes SHOULD be the same across notifications". A
// keyed hash of what tells bindings apart: the URI, or with outbound instance-id and reg-id (RFC 5626 §6).
std::uint64_t contact_id(const registrar::Binding& binding);

}  // namespace flowgate::reg_event
