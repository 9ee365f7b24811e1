// The contract of location services, on a real server.
#include <chrono>
#include <future>

#include "../registrar/location_contract.h"
#include "proxy/server/redis/session.h"
#include "redis_process.h"
#include "registrar/redis_store.h"

namespace flowgate::registrar {
namespace {

// One for all tests: each has a prefix of its own.
redis::RedisProcess& process() {
  static redis::RedisProcess one;
  return one;
}

std::string next_prefix() {
  static int number = 0;
  return "test" + std::to_string(++number) + ":";
}

struct InRedis {
  InRedis() {
    session.client().add(store);
    session.start();
    if (!store.wait_until_loaded(std::chrono::seconds{20})) throw std::runtime_error("no session");
  }
  ~InRedis() { session.stop(); }
  LocationService& location() { return store; }
  // What is over has been told when the link has come round once more.
  void settle() {
    bool changing = true;
    while (changing) {
      changing = store.changing() != 0;
      std::promise<void> told;
      session.client().call({"PING"}, [&](const auto&) { told.set_value(); });
      told.get_future().wait();
    }
  }

  const std::string prefix = next_prefix();
  redis::Session session{process().configuration(prefix), redis::Keys{prefix}.records,
                         [](const std::string&) {}};
  RedisStore store{{prefix, "sip:n1.example.com", "writer"},
                   session.client(),
                   std::chrono::steady_clock::now,
                   [](const std::string& line) { ADD_FAILURE() << line; }};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Redis, LocationContract, InRedis);

struct Node {
  explicit Node(const std::string& prefix, const std::string& name, redis::RedisProcess& server)
      : session(server.configuration(prefix), redis::Keys{prefix}.records, [](const std::string&) {}),
        store({prefix, name, name}, session.client(), std::chrono::steady_clock::now,
              [](const std::string&) {}) {
    session.client().add(store);
    session.start();
    EXPECT_TRUE(store.wait_until_loaded(std::chrono::seconds{20}));
  }
  ~Node() { session.stop(); }
  boost::system::error_code update(std::string_view aor, LocationService::Change change) {
    std::promise<boost::system::error_code> told;
    store.update(aor, std::move(change), [&](auto error) { told.set_value(error); });
    return told.get_future().get();
  }
  std::size_t count(std::string_view aor) {
    std::size_t count = 0;
    store.lookup(aor, [&](const Record& record) { count = record.bindings.size(); });
    return count;
  }

  redis::Session session;
  RedisStore store;
};

bool wait_until(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

Binding binding_until(std::chrono::milliseconds from_now) {
  Binding binding;
  binding.contact = binding.uri = "sip:ua@192.0.2.1";
  binding.flow = flow_from(Protocol::tcp, "192.0.2.1", 1000);
  binding.expires = std::chrono::steady_clock::now() + from_now;
  return binding;
}

TEST(RedisSession, WhatWasAcknowledgedOutlivesAKilledServerAndIsKnownAgain) {
  redis::RedisProcess server;
  Node west("p:", "west", server), east("p:", "east", server);
  const auto add = [](Record& record) { record.bindings.push_back(binding_until(std::chrono::minutes{1})); };
  ASSERT_FALSE(west.update("alice@example.com", add));
  ASSERT_TRUE(wait_until([&] { return east.count("alice@example.com") == 1; }));
  server.kill();
  ASSERT_TRUE(wait_until([&] { return bool(east.update("bob@example.com", add)); }));
  EXPECT_EQ(east.count("alice@example.com"), 1U);
  server.start();
  ASSERT_TRUE(wait_until([&] { return !east.update("bob@example.com", add); }));
  ASSERT_TRUE(wait_until([&] { return west.count("bob@example.com") >= 1; }));
  EXPECT_EQ(west.count("alice@example.com"), 1U);
  Node third("p:", "third", server);
  EXPECT_EQ(third.count("alice@example.com"), 1U);
}

TEST(RedisSession, ARecordExpiresInRedisWithItsLastBinding) {
  redis::RedisProcess server;
  const auto begun = std::chrono::steady_clock::now();
  Node west("p:", "west", server);
  ASSERT_FALSE(west.update("alice@example.com", [](Record& record) {
    record.bindings.push_back(binding_until(std::chrono::seconds{50}));
    record.bindings.push_back(binding_until(std::chrono::seconds{200}));
  }));
  std::promise<std::int64_t> left;
  west.session.client().call({"PTTL", "p:record:alice@example.com"},
                             [&](const auto& reply) { left.set_value(reply ? reply->integer : -99); });
  const std::int64_t milliseconds = left.get_future().get();
  // The server's clock is known to half of the time that asking for it took.
  const auto asked = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
  EXPECT_GT(milliseconds, 50'000);
  EXPECT_LE(milliseconds, 200'002 + asked.count());
}

}  // namespace
}  // namespace flowgate::registrar
