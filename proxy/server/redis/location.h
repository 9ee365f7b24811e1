// The location service in Redis with all that it runs on: what a Server has.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "proxy/server/redis/session.h"
#include "registrar/redis_store.h"

namespace flowgate::redis {

class Location final : public registrar::LocationService, private registrar::Observer {
 public:
  using Resumed = registrar::RedisStore::Resumed;
  // Connects and reads all records. `node`: the name of this node. When Redis is away the constructor returns
  // after a while all the same. Throws as Session does.
  Location(const conf::Redis& config, const std::string& node, const Client::Log& log, Resumed resumed);
  ~Location() override;

  void submit(std::string_view aor, std::unique_ptr<registrar::Lookup> lookup) override {
    store_.submit(aor, std::move(lookup));
  }
  void submit(std::string_view aor, std::unique_ptr<registrar::Update> update) override {
    store_.submit(aor, std::move(update));
  }
  void remove_flow(const Flow& flow) override { store_.remove_flow(flow); }
  void remove_dead(std::string_view aor, Dead dead) override { store_.remove_dead(aor, std::move(dead)); }
  std::optional<Dialect> registered_over(const Flow& flow, registrar::Instant now) override {
    return store_.registered_over(flow, now);
  }
  void sweep(registrar::Instant now) override { store_.sweep(now); }
  std::size_t size() const override { return store_.size(); }
  void stop() override { session_.stop(); }

 private:
  void changed(std::string_view aor, registrar::Cause cause) override { announce(aor, cause); }

  Session session_;
  registrar::RedisStore store_;
};

}  // namespace flowgate::redis
