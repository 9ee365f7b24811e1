// `registrar.store: redis://…` and the `registrar.redis:` section: the Redis server that several flowgates
// share.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "conf/section.h"

namespace flowgate::conf {

struct RedisAddress {
  std::string host;  // a name or an address without brackets
  std::uint16_t port = 0;
  bool operator==(const RedisAddress&) const = default;
};

struct Redis {
  bool tls = false;
  RedisAddress server;  // without sentinels
  unsigned database = 0;
  std::string user, password;           // empty: none
  std::vector<RedisAddress> sentinels;  // with `master`, its name there
  std::string master;
  std::string sentinel_user, sentinel_password;
  std::filesystem::path ca;                        // empty: the system's
  std::filesystem::path certificate, private_key;  // both or none: what we show
  std::string tls_name;                            // empty: the host that we connect to
  std::string prefix = "flowgate:";                // of all keys and channels
  unsigned wait_replicas = 0;                      // that must have a change before it is acknowledged
  std::chrono::milliseconds wait_timeout{1000};
  std::chrono::milliseconds timeout{2000};  // of connecting and of each reply
  std::chrono::milliseconds reconnect_min{100}, reconnect_max{5000};
  std::size_t pending_commands = 100'000;
};

// Is that the value of a store in Redis, right or wrong?
bool is_redis_url(std::string_view text);

// `registrar`: that section, whose `store` is `url`; `folder`: what relative paths are relative to. Throws
// Error.
Redis read_redis(const Section& registrar, const Value& url, const std::filesystem::path& folder);
// The section is there and nothing for it to speak of. Throws Error.
void refuse_redis(const Section& registrar);

}  // namespace flowgate::conf
