#include "proxy/server/stores.h"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "proxy/server/redis/location.h"
#include "registrar/memory_store.h"
#include "registrar/redis/user_store.h"
#include "registrar/sqlite/database_check.h"
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

const conf::Redis* redis_of(const conf::Config& config) {
  return config.has(conf::Role::registrar) ? std::get_if<conf::Redis>(&config.registrar.store) : nullptr;
}

void say(std::string_view line) {
  fmt::print(stderr, "{}\n", line);
}

void say_trouble(const std::string& line) {
  if (!line.starts_with("redis: connected")) say("users in " + line);
}

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

// The users, and the session that they are read over: a base because it must outlive them.
class RedisUsers final : private redis::Session, public redis::UserStore {
 public:
  explicit RedisUsers(const conf::Redis& config)
      : Session(config, "", say_trouble), UserStore(client(), config.prefix, 2 * config.timeout) {
    start();
    wait_until_connected(2 * config.timeout);
  }
};

// RFC 5626 §4.4.1, §5.4: whoever was given a Flow-Timer. A UA that is still there sends something within it.
bool keeps_alive(const registrar::Binding& binding) {
  return binding.outbound && binding.by_flow && binding.path.empty();
}

}  // namespace

proxy::Node node_of(const conf::Config& config) {
  if (redis_of(config) == nullptr) return {};
  const std::string& uri = config.registrar.node;
  // The same after each start, and told from other nodes on the same host.
  return {uri.empty() ? host_name() + "/" + config.listen.front().text : uri, uri};
}

void check_store(const conf::Config& config) {
  if (const conf::SqliteStore* database = database_of(config))
    registrar::check_sqlite_database(database->file, read_clocks());
}

std::unique_ptr<registrar::LocationService> open_location(const conf::Config& config,
                                                          proxy::UaFlows& ua_flows) {
  const auto resume = [&ua_flows](const registrar::Binding& binding) {
    if (keeps_alive(binding))
      ua_flows.registered(binding.flow, binding.dialect, true, std::chrono::steady_clock::now(),
                          binding.expires);
  };
  if (const conf::Redis* redis = redis_of(config)) {
    return std::make_unique<redis::Location>(*redis, node_of(config).name, say, resume);
  }
  const conf::SqliteStore* database = database_of(config);
  if (database == nullptr) return std::make_unique<registrar::MemoryStore>();
  sqlite::check_database(database->file);
  return std::make_unique<registrar::SqliteStore>(
      registrar::SqliteStore::Options{database->file, config.limits.pending_registrations, read_clocks, say},
      resume);
}

std::unique_ptr<registrar::UserStore> open_users(const conf::Config& config) {
  if (config.registrar.users) return nullptr;
  if (const conf::Redis* redis = redis_of(config)) return std::make_unique<RedisUsers>(*redis);
  const conf::SqliteStore* database = database_of(config);
  if (database == nullptr) return nullptr;
  return std::make_unique<registrar::SqliteUserStore>(database->file);
}

}  // namespace flowgate::server
