// The database of the location service: a start with a million bindings, and what an update costs when many
// are on their way. Figures depend on the disk of the temporary folder.
#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "registrar/sqlite_store.h"

namespace flowgate::registrar {
namespace {

constexpr std::size_t aor_count = 1'000'000;

std::string aor(std::size_t i) {
  return "user" + std::to_string(i) + "@example.com";
}

Binding binding(std::size_t i) {
  Binding binding;
  binding.uri = "sip:user" + std::to_string(i) + "-0x55d0c2f8a3b0@10.0.2.15:42307;transport=udp;ob";
  binding.instance = "urn:uuid:3c0ca9a6-2a4c-4d0c-9a3c-6b1f5c7d8e9f";
  binding.contact = "<" + binding.uri + ">;+sip.instance=\"<" + binding.instance + ">\";reg-id=1";
  binding.reg_id = 1;
  binding.outbound = binding.by_flow = true;
  binding.call_id = "2a1e9c7f4b6d8035";
  binding.flow.local = *Endpoint::from("192.0.2.1", 5060);
  binding.flow.remote = *Endpoint::from("198.51.100.0", static_cast<std::uint16_t>(1024 + i % 60000));
  binding.flow.remote.ip[3] = static_cast<std::uint8_t>(i / 60000);
  binding.registered = binding.updated = std::chrono::steady_clock::now();
  binding.expires = binding.updated + std::chrono::hours{1};
  return binding;
}

// A database of a million AORs with one binding each, made once.
class Population {
 public:
  Population() {
    std::string name = (std::filesystem::temp_directory_path() / "flowgate-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder: " + name);
    folder_ = name;
    const auto store = open();
    for (std::size_t i = 0; i < aor_count; ++i) {
      store->update(
          aor(i), [i](Record& record) { record.bindings.assign(1, binding(i)); }, [](auto) {});
    }
  }
  ~Population() { std::filesystem::remove_all(folder_); }
  Population(const Population&) = delete;
  Population& operator=(const Population&) = delete;

  std::unique_ptr<SqliteStore> open() const {
    return std::make_unique<SqliteStore>(
        SqliteStore::Options{
            folder_ / "flowgate.db", aor_count,
            [] {
              return ClockReading{std::chrono::steady_clock::now(), std::chrono::system_clock::now()};
            },
            [](std::string_view) {}},
        [](const Binding&) {});
  }

 private:
  std::filesystem::path folder_;
};

Population& population() {
  static Population all;
  return all;
}

void start(benchmark::State& state) {
  const Population& all = population();
  for (auto _ : state) {
    auto store = all.open();
    if (store->size() != aor_count) state.SkipWithError("a binding is missing");
    state.PauseTiming();
    store.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(start)->Name("sqlite/start/1M")->Iterations(1)->Unit(benchmark::kMillisecond)->UseRealTime();

// A phone each time that refreshes; up to 2000 wait for the disk.
void refresh(benchmark::State& state) {
  const auto store = population().open();
  std::atomic<std::int64_t> on_their_way{0};
  std::size_t next = 0;
  for (auto _ : state) {
    while (on_their_way.load() >= 2000) std::this_thread::yield();
    ++on_their_way;
    store->update(
        aor(next = (next + 7919) % aor_count), [](Record& record) { ++record.bindings.front().cseq; },
        [&](auto) { --on_their_way; });
  }
  store->stop();
}
BENCHMARK(refresh)->Name("sqlite/refresh/1M")->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
}  // namespace flowgate::registrar
