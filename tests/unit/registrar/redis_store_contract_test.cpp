#include <chrono>

#include "fake_redis.h"
#include "location_contract.h"
#include "registrar/redis_store.h"

namespace flowgate::registrar {
namespace {

struct InFakeRedis {
  InFakeRedis() { link.connect(store); }
  ~InFakeRedis() { server.settle(); }
  LocationService& location() { return store; }
  void settle() {
    do {
      server.settle();
    } while (store.changing() != 0);
  }
  void fails(bool yes) {
    server.run_there([&] { link.fails = yes; });
  }

  redis::FakeRedis server;
  redis::FakeRedis::FakeLink link{server};
  RedisStore store{{"flowgate:", "sip:n1.example.com", "writer"},
                   link,
                   [] { return std::chrono::steady_clock::now(); },
                   [](const std::string& line) { ADD_FAILURE() << line; }};
};

INSTANTIATE_TYPED_TEST_SUITE_P(RedisStore, LocationContract, InFakeRedis);
INSTANTIATE_TYPED_TEST_SUITE_P(RedisStore, FailingLocationContract, InFakeRedis);

}  // namespace
}  // namespace flowgate::registrar
