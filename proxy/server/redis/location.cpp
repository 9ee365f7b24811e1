#include "proxy/server/redis/location.h"

#include <openssl/rand.h>

#include <array>
#include <utility>

namespace flowgate::redis {
namespace {

std::string random_name() {
  std::array<unsigned char, 8> octets{};
  RAND_bytes(octets.data(), static_cast<int>(octets.size()));
  std::string name;
  for (const unsigned char octet : octets) {
    name += "0123456789abcdef"[octet >> 4];
    name += "0123456789abcdef"[octet & 15];
  }
  return name;
}

registrar::RedisStore::Options options_of(const conf::Redis& config, const std::string& node) {
  registrar::RedisStore::Options options;
  options.prefix = config.prefix;
  options.node = node;
  options.writer = random_name();
  options.max_waiting = options.max_removals = config.pending_commands;
  return options;
}

}  // namespace

Location::Location(const conf::Redis& config, const std::string& node, const Client::Log& log,
                   Resumed resumed)
    : session_(config, Keys{config.prefix}.records, log),
      store_(options_of(config, node), session_.client(), std::chrono::steady_clock::now, log,
             std::move(resumed)) {
  store_.set_observer(this);
  session_.client().add(store_);
  session_.start();
  if (!store_.wait_until_loaded(2 * config.timeout))
    log("redis: the records are not read yet; until they are, REGISTERs are answered 503");
}

Location::~Location() {
  session_.stop();
}

}  // namespace flowgate::redis
