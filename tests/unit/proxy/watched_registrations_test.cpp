#include "proxy/watched_registrations.h"

#include <gtest/gtest.h>

#include "registrar/memory_store.h"
#include "tests/unit/proxy/alarm.h"

namespace flowgate::proxy {
namespace {

using namespace std::chrono_literals;
using registrar::Binding;
using registrar::Cause;
using registrar::Record;

constexpr std::string_view alice = "alice@example.com";

class CountingWatcher final : public Watcher {
 public:
  void registration_changed() override { ++changes; }
  std::uint64_t told() const override { return knows; }
  int changes = 0;
  std::uint64_t knows = 0;
};

// Looks when told.
class LateStore final : public registrar::LocationService {
 public:
  void submit(std::string_view, std::unique_ptr<registrar::Lookup> lookup) override {
    late.push_back(std::move(lookup));
  }
  void submit(std::string_view, std::unique_ptr<registrar::Update> update) override {
    update->change(record);
    update->done({});
  }
  void remove_flow(const Flow&) override {}
  void remove_dead(std::string_view, Dead) override {}
  std::optional<Dialect> registered_over(const Flow&, registrar::Instant) override { return std::nullopt; }
  void sweep(registrar::Instant) override {}
  std::size_t size() const override { return 0; }

  void run() {
    for (const auto& lookup : std::exchange(late, {})) {
      lookup->visit(record);
      lookup->done();
    }
  }
  Record record;
  std::vector<std::unique_ptr<registrar::Lookup>> late;
};

class WatchedRegistrationsTest : public ::testing::Test {
 protected:
  void add_binding(std::string uri, std::chrono::seconds expires) {
    Binding& binding = store.record.bindings.emplace_back();
    binding.uri = std::move(uri);
    binding.registered = binding.updated = timers.now();
    binding.expires = timers.now() + expires;
  }
  void changes() {
    registrations.changed(alice, Cause::request);
    store.run();
  }

  TimerWheel timers{start};
  LateStore store;
  WatchedRegistrations registrations{timers, store};
  CountingWatcher watcher;
};

TEST_F(WatchedRegistrationsTest, EachAorIsWatchedOnceAsLongAsSomebodyHoldsIt) {
  auto watched = registrations.watch(alice);
  EXPECT_EQ(registrations.watch(alice), watched);
  EXPECT_TRUE(registrations.has(alice));
  EXPECT_NE(registrations.watch("bob@example.com"), watched);
  watched.reset();
  EXPECT_FALSE(registrations.has(alice));
}

TEST_F(WatchedRegistrationsTest, AChangeIsLookedUpAndPassedOn) {
  const auto watched = registrations.watch(alice);
  watched->add(watcher);
  add_binding("sip:a@h", 60s);
  changes();
  EXPECT_EQ(watcher.changes, 1);
  EXPECT_EQ(watched->registration().changes(), 1U);
  watched->remove(watcher);
  changes();
  EXPECT_EQ(watcher.changes, 1);
}

TEST_F(WatchedRegistrationsTest, WhatNobodyWatchesIsNotLookedUp) {
  registrations.changed(alice, Cause::request);
  EXPECT_TRUE(store.late.empty());
}

TEST_F(WatchedRegistrationsTest, AnAnswerMayComeWhenNobodyWatchesAnyMore) {
  auto watched = registrations.watch(alice);
  registrations.changed(alice, Cause::request);
  watched.reset();
  store.run();
  EXPECT_FALSE(registrations.has(alice));
}

TEST_F(WatchedRegistrationsTest, AContactThatExpiresIsAChange) {
  const auto watched = registrations.watch(alice);
  watched->add(watcher);
  add_binding("sip:a@h", 60s);
  add_binding("sip:b@h", 90s);
  changes();
  timers.advance(start + 59'999ms);
  EXPECT_EQ(watcher.changes, 1);
  timers.advance(start + 60'001ms);
  EXPECT_EQ(watcher.changes, 2);
  timers.advance(start + 90'001ms);
  EXPECT_EQ(watcher.changes, 3);
  EXPECT_FALSE(watched->registration().active());
  EXPECT_FALSE(timers.next());
}

TEST_F(WatchedRegistrationsTest, WhatAllWatchersKnowIsForgotten) {
  const auto watched = registrations.watch(alice);
  CountingWatcher other;
  watched->add(watcher);
  watched->add(other);
  add_binding("sip:a@h", 60s);
  changes();
  store.record.bindings.clear();
  changes();
  watcher.knows = 2;
  watched->forget();
  EXPECT_EQ(watched->registration().contacts(0, true).size(), 1U);
  other.knows = 2;
  watched->forget();
  EXPECT_EQ(watched->registration().contacts(0, true).size(), 0U);
}

}  // namespace
}  // namespace flowgate::proxy
