#include "proxy/server/redis/location.h"

#include <fmt/core.h>

#include <chrono>
#include <utility>

#include "proxy/server/random_number.h"

namespace flowgate::redis {
namespace {

registrar::RedisStore::Options options_of(const conf::Redis& config, const std::string& node) {
  registrar::RedisStore::Options options;
  options.prefix = config.prefix;
  options.node = node;
  options.writer = fmt::format("{:016x}", server::random_number());
  options.max_waiting = options.max_removals = config.pending_commands;
  return options;
}

}  // namespace

Location::Location(const conf::Redis& config, const std::string& node, const Client::Log& log,
                   Resumed resumed)
    : Session(config, Keys{config.prefix}.records, log),
      RedisStore(options_of(config, node), client(), std::chrono::steady_clock::now, log,
                 std::move(resumed)) {
  client().add(static_cast<RedisStore&>(*this));
  start();
  if (!wait_until_loaded(2 * config.timeout))
    log("redis: the records are not read yet; until they are, REGISTERs are answered 503");
}

Location::~Location() {
  Session::stop();
}

}  // namespace flowgate::redis
