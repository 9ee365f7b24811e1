#include "conf/store.h"

#include "tests/unit/conf/config_fixture.h"

namespace flowgate::conf {
namespace {

class StoreTest : public ConfigTest {
 protected:
  Store store(const std::string& text) {
    return loaded_with("registrar: {store: \"" + text + "\"}\n").registrar.store;
  }
  std::string refused(const std::string& text) {
    return refusal_with("registrar: {store: \"" + text + "\"}\n");
  }
};

TEST_F(StoreTest, IsMemoryUnlessItSaysOtherwise) {
  EXPECT_TRUE(std::holds_alternative<MemoryStore>(loaded_with("registrar: {}\n").registrar.store));
  EXPECT_TRUE(std::holds_alternative<MemoryStore>(store("memory")));
}

TEST_F(StoreTest, ADatabaseIsRelativeToTheFile) {
  EXPECT_EQ(std::get<SqliteStore>(store("sqlite:./flowgate.db")).file, folder / "flowgate.db");
  EXPECT_EQ(std::get<SqliteStore>(store("sqlite:/tmp/flowgate.db")).file, "/tmp/flowgate.db");
}

TEST_F(StoreTest, ADatabaseNeedsItsFolder) {
  EXPECT_EQ(refused("sqlite:/nowhere/flowgate.db"),
            "flowgate.yaml:2:20: registrar.store: /nowhere: no such folder");
}

TEST_F(StoreTest, AServerIsAUrl) {
  EXPECT_EQ(std::get<Redis>(store("redis://127.0.0.1:6379/1")).server, (RedisAddress{"127.0.0.1", 6379}));
}

TEST_F(StoreTest, AnythingElseIsRefused) {
  const std::string expected =
      "flowgate.yaml:2:20: registrar.store: expected memory, sqlite:PATH or redis://HOST:PORT/DB, found ";
  EXPECT_EQ(refused("disk"), expected + "'disk'");
  EXPECT_EQ(refused("sqlite:"), expected + "'sqlite:'");
}

}  // namespace
}  // namespace flowgate::conf
