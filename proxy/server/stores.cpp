#include "proxy/server/stores.h"

#include <fmt/core.h>

#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "registrar/memory_store.h"
#include "registrar/sqlite/schema.h"
#include "registrar/sqlite/user_store.h"
#include "registrar/sqlite_store.h"

namespace flowgate::server {
namespace {

registrar::ClockReading read_clocks() {
  return {std::chrono::steady_clock::now(), std::chrono::system_clock::now()};
}

const conf::SqliteStore* database_of(const conf::Config& config) {
  return config.has(conf::Role::registrar) ? std::get_if<conf::SqliteStore>(&config.registrar.store)
                                           : nullptr;
}

// RFC 5626 §4.4.1, §5.4: whoever was given a Flow-Timer. A UA that is still there sends something within it.
bool keeps_alive(const registrar::Binding& binding) {
  return binding.outbound && binding.by_flow && binding.path.empty();
}

}  // namespace

void check_store(const conf::Config& config) {
  if (std::holds_alternative<conf::Redis>(config.registrar.store)) {
    throw std::runtime_error("registrar.store: redis is not available in this version");
  }
  if (const conf::SqliteStore* database = database_of(config)) sqlite::check_database(database->file);
}

std::unique_ptr<registrar::LocationService> open_location(const conf::Config& config,
                                                          proxy::UaFlows& ua_flows) {
  const conf::SqliteStore* database = database_of(config);
  if (database == nullptr) return std::make_unique<registrar::MemoryStore>();
  const auto now = std::chrono::steady_clock::now();
  return std::make_unique<registrar::SqliteStore>(
      registrar::SqliteStore::Options{database->file, config.limits.pending_registrations, read_clocks,
                                      [](std::string_view line) { fmt::print(stderr, "{}\n", line); }},
      [&](const registrar::Binding& binding) {
        if (keeps_alive(binding))
          ua_flows.registered(binding.flow, binding.dialect, true, now, binding.expires);
      });
}

std::unique_ptr<registrar::UserStore> open_users(const conf::Config& config) {
  const conf::SqliteStore* database = database_of(config);
  if (database == nullptr || config.registrar.users) return nullptr;
  return std::make_unique<registrar::SqliteUserStore>(database->file);
}

}  // namespace flowgate::server
