#include "registrar/reg_event/registration.h"

#include <gtest/gtest.h>

#include "site.h"

namespace flowgate::reg_event {
namespace {

using namespace std::chrono_literals;
using registrar::Binding;
using registrar::Cause;
using registrar::Record;

class RegEventRegistration : public ::testing::Test {
 protected:
  Binding binding(std::string uri) const {
    Binding binding;
    binding.uri = std::move(uri);
    binding.contact = "<" + binding.uri + ">";
    binding.call_id = "1";
    binding.cseq = 1;
    binding.registered = binding.updated = now;
    binding.expires = now + 60s;
    return binding;
  }
  static Binding outbound(Binding binding, std::string_view instance, std::uint32_t reg_id) {
    binding.instance = instance;
    binding.reg_id = reg_id;
    binding.outbound = true;
    return binding;
  }
  // The contacts that have changed since `change`, with their events, in order.
  std::vector<std::string> events(std::uint64_t change = 0, bool full = false) const {
    std::vector<std::string> events;
    for (const Contact* contact : registration.contacts(change, full))
      events.push_back(contact->uri + " " + std::string(event_name(contact->event)));
    return events;
  }
  void observe(std::vector<Binding> bindings, Cause cause = Cause::request) {
    Record record;
    record.bindings.assign(bindings.begin(), bindings.end());
    registration.observe(record, cause, now);
  }

  Instant now{1000h};
  Registration registration{"alice@example.com"};
};

using Events = std::vector<std::string>;

TEST_F(RegEventRegistration, BeginsWithoutContacts) {
  EXPECT_FALSE(registration.observed());
  observe({});
  EXPECT_TRUE(registration.observed());
  EXPECT_FALSE(registration.active());
  EXPECT_EQ(registration.changes(), 0U);
  EXPECT_FALSE(registration.next_expiry());
}

// RFC 3680 §4.7.1, figure 2.
TEST_F(RegEventRegistration, AContactIsRegisteredRefreshedAndUnregistered) {
  observe({});
  Binding a = binding("sip:a@h");
  observe({a});
  EXPECT_TRUE(registration.active());
  EXPECT_EQ(events(), Events{"sip:a@h registered"});
  a.cseq = 2;
  observe({a});
  EXPECT_EQ(events(1), Events{"sip:a@h refreshed"});
  observe({});
  EXPECT_FALSE(registration.active());
  EXPECT_EQ(events(2), Events{"sip:a@h unregistered"});
  EXPECT_EQ(registration.changes(), 3U);
}

TEST_F(RegEventRegistration, WhatWasThereBeforeItWasWatchedHasItsLastEvent) {
  Binding old = binding("sip:old@h");
  old.registered = now - 10s;
  observe({old, binding("sip:new@h")});
  EXPECT_EQ(events(), (Events{"sip:old@h refreshed", "sip:new@h registered"}));
}

TEST_F(RegEventRegistration, AContactThatIsNewToWatchersIsRegisteredHoweverOftenItWasRefreshed) {
  observe({});
  Binding a = binding("sip:a@h");
  a.registered = now - 1s;
  observe({a});
  EXPECT_EQ(events(), Events{"sip:a@h registered"});
}

// "when an administrator modifies the expiration time of a binding (without deleting the binding)".
TEST_F(RegEventRegistration, AContactThatIsCutShortWithoutARegisterIsShortened) {
  Binding a = binding("sip:a@h");
  observe({a});
  a.expires -= 30s;
  observe({a});
  EXPECT_EQ(events(1), Events{"sip:a@h shortened"});
  EXPECT_EQ(registration.next_expiry(), now + 30s);
}

// RFC 5627 §5.1, RFC 5628 §3: its temporary GRUUs are no longer valid.
TEST_F(RegEventRegistration, AContactWhoseGruusHaveChangedHasChanged) {
  Binding a = binding("sip:a@h");
  observe({a});
  a.epoch = 7;
  observe({a});
  EXPECT_EQ(events(1), Events{"sip:a@h registered"});
}

TEST_F(RegEventRegistration, WhatIsTheSameAsBeforeIsNoChange) {
  const Binding a = binding("sip:a@h"), b = binding("sip:b@h");
  observe({a, b});
  observe({b, a});
  EXPECT_EQ(registration.changes(), 2U);
}

TEST_F(RegEventRegistration, TheCauseTellsWhyAContactIsGone) {
  const Binding a = binding("sip:a@h"), b = binding("sip:b@h"), c = binding("sip:c@h");
  observe({a, b, c});
  observe({b, c}, Cause::flow_failure);
  EXPECT_EQ(events(3), Events{"sip:a@h deactivated"});
  observe({c}, Cause::request);
  EXPECT_EQ(events(4), Events{"sip:b@h unregistered"});
  now += 60s;
  observe({}, Cause::flow_failure);
  EXPECT_EQ(events(5), Events{"sip:c@h expired"});
}

TEST_F(RegEventRegistration, AContactExpiresByItself) {
  Binding late = binding("sip:late@h");
  late.expires += 1s;
  observe({binding("sip:a@h"), late});
  EXPECT_EQ(registration.next_expiry(), now + 60s);
  now += 60s;
  registration.expire(now);
  EXPECT_EQ(events(2), Events{"sip:a@h expired"});
  EXPECT_EQ(registration.next_expiry(), now + 1s);
  observe({late});
  EXPECT_EQ(registration.changes(), 3U);
}

TEST_F(RegEventRegistration, WhatHasExpiredIsNotThere) {
  Binding gone = binding("sip:a@h");
  gone.expires = now;
  observe({gone});
  EXPECT_EQ(registration.changes(), 0U);
}

TEST_F(RegEventRegistration, AContactMayComeBack) {
  const Binding a = binding("sip:a@h");
  observe({a});
  const std::uint64_t id = registration.contacts(0, true).front()->id;
  observe({});
  observe({a});
  EXPECT_EQ(events(2), Events{"sip:a@h registered"});
  EXPECT_EQ(registration.contacts(0, true).front()->id, id);
  EXPECT_TRUE(registration.active());
}

// RFC 3680 §5.1, RFC 5626 §6.
TEST_F(RegEventRegistration, FlowsOfOneInstanceAreContactsOfTheirOwn) {
  const Binding a = binding("sip:a@h");
  observe({outbound(a, registrar::uuid, 1), outbound(a, registrar::uuid, 2), a,
           outbound(a, registrar::other_uuid, 1)});
  EXPECT_EQ(registration.contacts(0, true).size(), 4U);
}

TEST_F(RegEventRegistration, AnInstanceKeepsItsContactWhenItsUriChanges) {
  observe({outbound(binding("sip:a@h"), "urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF", 1)});
  Binding moved = outbound(binding("sip:a@elsewhere"), registrar::other_uuid, 1);
  moved.cseq = 2;
  observe({moved});
  EXPECT_EQ(events(0, true), Events{"sip:a@elsewhere refreshed"});
}

TEST_F(RegEventRegistration, TheFullStateHasWhatIsActiveAndWhatHasJustGone) {
  const Binding a = binding("sip:a@h"), b = binding("sip:b@h"), c = binding("sip:c@h");
  observe({a, b, c});
  observe({b, c});
  EXPECT_EQ(events(3, true), (Events{"sip:b@h registered", "sip:c@h registered", "sip:a@h unregistered"}));
  EXPECT_EQ(events(4, true), (Events{"sip:b@h registered", "sip:c@h registered"}));
}

TEST_F(RegEventRegistration, WhatIsGoneAndKnownIsForgotten) {
  observe({binding("sip:a@h"), binding("sip:b@h")});
  observe({});
  registration.forget(3);
  EXPECT_EQ(registration.contacts(0, true).size(), 1U);
  registration.forget(4);
  EXPECT_EQ(registration.contacts(0, true).size(), 0U);
  EXPECT_EQ(registration.forgotten(), 0U);
}

TEST_F(RegEventRegistration, OfManyThatHaveGoneTheOldestAreForgotten) {
  observe({});
  for (int i = 0; i < 70; ++i) observe({binding("sip:" + std::to_string(i) + "@h")});
  EXPECT_EQ(registration.contacts(0, true).size(), 65U);
  // The first five came and went: of ten changes, and what came between them, nothing is left.
  EXPECT_EQ(events(registration.forgotten()).front(), "sip:5@h unregistered");
  observe({});
  EXPECT_EQ(events(registration.forgotten()).front(), "sip:6@h unregistered");
}

TEST_F(RegEventRegistration, TextsThatAreTooLongAreNotKept) {
  Binding a = binding("sip:a@h");
  a.contact = "<sip:a@h>;x=" + std::string(4096, 'x');
  a.call_id = std::string(257, 'x');
  observe({a});
  const Contact& contact = *registration.contacts(0, true).front();
  EXPECT_EQ(contact.value, "");
  EXPECT_EQ(contact.call_id, "");
  EXPECT_EQ(contact.uri, "sip:a@h");
  observe({a});
  EXPECT_EQ(registration.changes(), 1U);
}

}  // namespace
}  // namespace flowgate::reg_event
