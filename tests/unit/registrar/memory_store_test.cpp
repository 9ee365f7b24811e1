#include "registrar/memory_store.h"

#include <gtest/gtest.h>

#include <thread>

#include "site.h"

namespace flowgate::registrar {
namespace {

const Instant start{1000h};

Binding binding_over(const Flow& flow, Instant expires = start + 60s) {
  Binding binding;
  binding.uri = "sip:ua@192.0.2.1";
  binding.flow = flow;
  binding.by_flow = true;
  binding.expires = expires;
  return binding;
}

void add(MemoryStore& store, std::string_view aor, const Binding& binding) {
  store.update(
      aor, [&](Record& record) { record.bindings.push_back(binding); }, [](auto) {});
}

std::size_t count(MemoryStore& store, std::string_view aor) {
  std::size_t count = 0;
  store.lookup(aor, [&](const Record& record) { count = record.bindings.size(); });
  return count;
}

// A whole round over all stripes.
void sweep_all(MemoryStore& store, Instant now) {
  for (int i = 0; i < 64; ++i) store.sweep(now);
}

const Flow tcp = flow_from(Protocol::tcp, "192.0.2.1", 40000);
const Flow udp = flow_from(Protocol::udp, "192.0.2.1", 40000);

TEST(MemoryStore, ShowsAnEmptyRecordWhereThereIsNone) {
  MemoryStore store;
  bool seen = false;
  store.lookup("alice@example.com", [&](const Record& record) { seen = record.bindings.empty(); });
  EXPECT_TRUE(seen);
}

TEST(MemoryStore, RunsTheChangeAndThenDone) {
  MemoryStore store;
  std::vector<std::string> order;
  store.update(
      "alice@example.com", [&](Record&) { order.push_back("change"); },
      [&](boost::system::error_code error) { order.push_back(error ? "error" : "done"); });
  EXPECT_EQ(order, (std::vector<std::string>{"change", "done"}));
}

TEST(MemoryStore, DoneMayCallTheStoreAgain) {
  MemoryStore store;
  store.update(
      "alice@example.com", [](Record& record) { record.bindings.push_back(binding_over(tcp)); },
      [&](auto) { add(store, "alice@example.com", binding_over(udp)); });
  EXPECT_EQ(count(store, "alice@example.com"), 2);
}

TEST(MemoryStore, DropsARecordLeftWithoutBindings) {
  MemoryStore store;
  add(store, "alice@example.com", binding_over(tcp));
  EXPECT_EQ(store.size(), 1);
  store.update(
      "alice@example.com", [](Record& record) { record.bindings.clear(); }, [](auto) {});
  EXPECT_EQ(store.size(), 0);
  EXPECT_EQ(count(store, "alice@example.com"), 0);
  EXPECT_FALSE(store.registered_over(tcp, start));
}

// RFC 5626 §7: "the proxy MUST invalidate all the bindings in the target set that use that flow (regardless
// of AOR)."
TEST(MemoryStore, ABrokenFlowTakesAllItsBindingsRegardlessOfAor) {
  MemoryStore store;
  add(store, "alice@example.com", binding_over(tcp));
  add(store, "alice@example.com", binding_over(udp));
  add(store, "bob@example.com", binding_over(tcp));
  add(store, "carol@example.com", binding_over(udp));
  store.remove_flow(tcp);
  EXPECT_EQ(count(store, "alice@example.com"), 1);
  EXPECT_EQ(count(store, "bob@example.com"), 0);
  EXPECT_EQ(count(store, "carol@example.com"), 1);
  EXPECT_EQ(store.size(), 2);
  EXPECT_FALSE(store.registered_over(tcp, start));
  EXPECT_TRUE(store.registered_over(udp, start));
}

TEST(MemoryStore, ABrokenFlowIsForgottenOnlyOnce) {
  MemoryStore store;
  add(store, "alice@example.com", binding_over(tcp));
  store.remove_flow(tcp);
  store.remove_flow(tcp);
  add(store, "alice@example.com", binding_over(tcp));
  EXPECT_TRUE(store.registered_over(tcp, start));
  store.remove_flow(tcp);
  EXPECT_EQ(store.size(), 0);
}

// OpenSIPS/opensips#1035
TEST(MemoryStore, ABindingThatMovedToAnotherFlowDoesNotGoWithTheOldOne) {
  MemoryStore store;
  add(store, "alice@example.com", binding_over(tcp));
  store.update(
      "alice@example.com", [](Record& record) { record.bindings[0].flow = udp; }, [](auto) {});
  EXPECT_FALSE(store.registered_over(tcp, start));
  EXPECT_TRUE(store.registered_over(udp, start));
  store.remove_flow(tcp);
  EXPECT_EQ(count(store, "alice@example.com"), 1);
}

// Another connection between the same two addresses.
TEST(MemoryStore, AFlowIsItsSerialToo) {
  MemoryStore store;
  Flow later = tcp;
  later.serial += 256;
  add(store, "alice@example.com", binding_over(later));
  store.remove_flow(tcp);
  EXPECT_EQ(store.size(), 1);
}

TEST(MemoryStore, ABindingWithAPathOutlivesTheConnectionItsRegisterCameOver) {
  MemoryStore store;
  Binding binding = binding_over(tcp);
  binding.path = "<sip:token@edge.example.com;lr;ob>";
  binding.by_flow = false;
  add(store, "alice@example.com", binding);
  store.remove_flow(tcp);
  EXPECT_EQ(store.size(), 1);
  EXPECT_FALSE(store.registered_over(tcp, start));
}

TEST(MemoryStore, ABindingReachedByItsUriOutlivesTheFlow) {
  MemoryStore store;
  Binding binding = binding_over(udp);
  binding.by_flow = false;
  add(store, "alice@example.com", binding);
  EXPECT_TRUE(store.registered_over(udp, start));
  store.remove_flow(udp);
  EXPECT_EQ(store.size(), 1);
}

TEST(MemoryStore, AFlowLivesAsLongAsItsLastBinding) {
  MemoryStore store;
  add(store, "alice@example.com", binding_over(tcp, start + 60s));
  add(store, "alice@example.com", binding_over(tcp, start + 120s));
  add(store, "bob@example.com", binding_over(tcp, start + 90s));
  EXPECT_TRUE(store.registered_over(tcp, start + 119s));
  EXPECT_FALSE(store.registered_over(tcp, start + 120s));
  store.update(
      "alice@example.com", [](Record& record) { record.bindings.clear(); }, [](auto) {});
  EXPECT_TRUE(store.registered_over(tcp, start + 89s));
  EXPECT_FALSE(store.registered_over(tcp, start + 90s));
}

TEST(MemoryStore, ARefreshKeepsTheFlowAlive) {
  MemoryStore store;
  add(store, "alice@example.com", binding_over(tcp, start + 60s));
  store.update(
      "alice@example.com", [](Record& record) { record.bindings[0].expires += 60s; }, [](auto) {});
  EXPECT_TRUE(store.registered_over(tcp, start + 119s));
}

TEST(MemoryStore, ARefreshMayShortenTheLifeOfTheFlowOrSpeakTheOtherDialect) {
  MemoryStore store;
  const auto refresh = [&store](auto change) {
    store.update(
        "alice@example.com", [&](Record& record) { change(record.bindings); }, [](auto) {});
  };
  add(store, "alice@example.com", binding_over(tcp, start + 60s));
  refresh([](auto& bindings) { bindings[0].expires = start + 30s; });
  EXPECT_TRUE(store.registered_over(tcp, start + 29s));
  EXPECT_FALSE(store.registered_over(tcp, start + 30s));
  refresh([](auto& bindings) { bindings[0].dialect = Dialect::draft; });
  EXPECT_EQ(store.registered_over(tcp, start), Dialect::draft);
  refresh([](auto& bindings) { bindings[0].path = "<sip:edge.example.com;lr>"; });
  EXPECT_FALSE(store.registered_over(tcp, start));
}

TEST(MemoryStore, AFlowDiesEarlierWhenTheBindingThatLivesLongerGoes) {
  MemoryStore store;
  for (const auto lifetime : {60s, 30s}) add(store, "alice@example.com", binding_over(tcp, start + lifetime));
  store.update(
      "alice@example.com", [](Record& record) { record.bindings.erase(record.bindings.begin()); },
      [](auto) {});
  EXPECT_EQ(store.size(), 1);
  EXPECT_TRUE(store.registered_over(tcp, start + 29s));
  EXPECT_FALSE(store.registered_over(tcp, start + 30s));
}

TEST(MemoryStore, SweepsWhatHasExpired) {
  MemoryStore store;
  for (int i = 0; i < 1000; ++i) {
    add(store, "ua" + std::to_string(i) + "@example.com", binding_over(tcp, start + (i % 2 ? 60s : 120s)));
  }
  add(store, "ua1@example.com", binding_over(udp, start + 120s));
  sweep_all(store, start + 60s);
  EXPECT_EQ(store.size(), 501);
  EXPECT_EQ(count(store, "ua1@example.com"), 1);
  EXPECT_TRUE(store.registered_over(tcp, start + 60s));
  sweep_all(store, start + 120s);
  EXPECT_EQ(store.size(), 0);
}

TEST(MemoryStore, AConnectionOfManyAorsIsForgottenWhole) {
  MemoryStore store;
  for (int i = 0; i < 5000; ++i) add(store, "ua" + std::to_string(i) + "@example.com", binding_over(tcp));
  for (int i = 0; i < 100; ++i) {
    store.update(
        "ua" + std::to_string(i) + "@example.com", [](Record& record) { record.bindings.clear(); },
        [](auto) {});
  }
  EXPECT_EQ(store.size(), 4900);
  store.remove_flow(tcp);
  EXPECT_EQ(store.size(), 0);
  EXPECT_FALSE(store.registered_over(tcp, start));
}

// To be run under the thread sanitizer, too.
TEST(MemoryStore, IsThreadSafe) {
  MemoryStore store;
  const auto work = [&store](unsigned worker) {
    const Flow own = flow_from(Protocol::tcp, "192.0.2.1", static_cast<std::uint16_t>(50000 + worker));
    for (int i = 0; i < 500; ++i) {
      const std::string shared = "ua" + std::to_string(i % 50) + "@example.com";
      store.update(
          shared, [&](Record& record) { record.bindings.assign(1, binding_over(own)); }, [](auto) {});
      store.lookup(shared, [](const Record& record) { ASSERT_LE(record.bindings.size(), 1); });
      if (i % 100 == 0) store.remove_flow(own);
      store.registered_over(own, start);
      store.sweep(start);
    }
    store.remove_flow(own);
  };
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < 4; ++i) workers.emplace_back(work, i);
  for (std::thread& worker : workers) worker.join();
  for (unsigned i = 0; i < 4; ++i) {
    const Flow own = flow_from(Protocol::tcp, "192.0.2.1", static_cast<std::uint16_t>(50000 + i));
    EXPECT_FALSE(store.registered_over(own, start));
  }
  EXPECT_EQ(store.size(), 0);
}

}  // namespace
}  // namespace flowgate::registrar
