#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "count_allocations.h"
#include "registrar/binding_rules.h"
#include "registrar/memory_store.h"

namespace flowgate::registrar {
namespace {

constexpr std::size_t aor_count = 100'000;

// A store of 100,000 AORs with one outbound binding each, and their names in random order.
struct Population {
  MemoryStore store;
  std::vector<std::string> aors;
  std::vector<Flow> flows;

  Population() {
    for (std::size_t i = 0; i < aor_count; ++i) {
      aors.push_back("user" + std::to_string(i) + "@example.com");
      flows.push_back(flow(i));
      store.update(
          aors.back(), [&](Record& record) { record.bindings.push_back(binding(i)); }, [](auto) {});
    }
    std::mt19937_64 random{5626};
    std::shuffle(aors.begin(), aors.end(), random);
    std::shuffle(flows.begin(), flows.end(), random);
  }

  static Flow flow(std::size_t i) {
    Endpoint remote = *Endpoint::from("198.51.100.0", static_cast<std::uint16_t>(1024 + i % 60000));
    remote.ip[3] = static_cast<std::uint8_t>(i / 60000);
    return {Protocol::tcp, *Endpoint::from("192.0.2.1", 5060), remote, i << 8};
  }
  static Binding binding(std::size_t i) {
    Binding binding;
    binding.uri = "sip:user" + std::to_string(i) + "-0x55d0c2f8a3b0@10.0.2.15:42307;transport=tcp;ob";
    binding.contact =
        "<" + binding.uri + ">;+sip.instance=\"<urn:uuid:3c0ca9a6-2a4c-4d0c-9a3c-6b1f5c7d8e9f>\";reg-id=1";
    binding.instance = "urn:uuid:3c0ca9a6-2a4c-4d0c-9a3c-6b1f5c7d8e9f";
    binding.reg_id = 1;
    binding.outbound = binding.by_flow = true;
    binding.call_id = "2a1e9c7f4b6d8035";
    binding.cseq = 2;
    binding.flow = flow(i);
    binding.expires = Instant{std::chrono::hours{1}};
    return binding;
  }
};

Population& population() {
  static Population all;
  return all;
}

void lookup(benchmark::State& state) {
  Population& all = population();
  std::size_t next = static_cast<std::size_t>(state.thread_index()) * 7919;
  std::size_t found = 0;
  const bench::CountAllocations count{state};
  for (auto _ : state) {
    all.store.lookup(all.aors[next++ % aor_count],
                     [&found](const Record& record) { found += record.bindings.size(); });
  }
  if (found != static_cast<std::size_t>(state.iterations())) state.SkipWithError("a binding is missing");
}
BENCHMARK(lookup)->Name("registrar/lookup/100k")->ThreadRange(1, 4)->UseRealTime();

void lookup_of_nobody(benchmark::State& state) {
  Population& all = population();
  std::size_t found = 0;
  const bench::CountAllocations count{state};
  for (auto _ : state) {
    all.store.lookup("nobody@example.com",
                     [&found](const Record& record) { found += record.bindings.size(); });
  }
  if (found != 0) state.SkipWithError("nobody is registered");
}
BENCHMARK(lookup_of_nobody)->Name("registrar/lookup/nobody");

// A REGISTER that only refreshes.
void refresh(benchmark::State& state) {
  Population& all = population();
  std::size_t next = 0;
  const bench::CountAllocations count{state};
  for (auto _ : state) {
    const std::string& aor = all.aors[next++ % aor_count];
    all.store.update(
        aor, [](Record& record) { ++record.bindings.front().cseq; },
        [](auto error) { benchmark::DoNotOptimize(error); });
  }
}
BENCHMARK(refresh)->Name("registrar/refresh/100k");

void registered_over(benchmark::State& state) {
  Population& all = population();
  std::size_t next = 0;
  std::size_t found = 0;
  const bench::CountAllocations count{state};
  for (auto _ : state) found += all.store.registered_over(all.flows[next++ % aor_count], Instant{}) ? 1 : 0;
  if (found != static_cast<std::size_t>(state.iterations())) state.SkipWithError("a flow is missing");
}
BENCHMARK(registered_over)->Name("registrar/registered_over/100k");

// What a hostile UA can make of one REGISTER: 8 Contacts of 32 parameters each, which are compared with the
// 32 bindings that there are, and differ in the last parameter only.
void apply_hostile(benchmark::State& state) {
  const auto uri = [](int number) {
    std::string text = "sip:alice@192.0.2.1";
    for (int i = 10; i < 41; ++i) text += ";parameter-" + std::to_string(i) + "=value-" + std::to_string(i);
    return text + ";z=" + std::to_string(number);
  };
  Record record;
  for (int i = 0; i < 32; ++i) {
    Binding& binding = record.bindings.emplace_back();
    binding.uri = uri(i);
    binding.expires = Instant{std::chrono::hours{1}};
  }
  RegisterRequest request;
  for (int i = 0; i < 8; ++i) request.contacts.emplace_back().uri = request.kept.keep(uri(100 + i));
  const bench::CountAllocations count{state};
  for (auto _ : state) benchmark::DoNotOptimize(apply(request, Instant{}, 1, 64, record));
  if (record.bindings.size() != 32) state.SkipWithError("a binding has come or gone");
}
BENCHMARK(apply_hostile)->Name("registrar/apply/hostile");

}  // namespace
}  // namespace flowgate::registrar
