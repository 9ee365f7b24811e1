// The location service in Redis with all that it runs on: what a Server has.
#pragma once

#include "proxy/server/redis/session.h"
#include "registrar/redis_store.h"

namespace flowgate::redis {

// The session is a base because it must outlive the store.
class Location final : private Session, public registrar::RedisStore {
 public:
  // Connects and reads all records. `node`: the name of this node. When Redis is away the constructor returns
  // after a while all the same. Throws as Session does.
  Location(const conf::Redis& config, const std::string& node, const Client::Log& log, Resumed resumed);
  ~Location() override;

  void stop() override { Session::stop(); }
};

}  // namespace flowgate::redis
