#include <gmock/gmock.h>

#include "registrar/ha1.h"
#include "registrar/sqlite/user_store.h"
#include "store_folder.h"

namespace flowgate::registrar {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// RFC 7616 §3.9.1: "Mufasa", "Circle of Life"; the values are those of md5sum and sha256sum.
TEST(Ha1, IsKnownForThreeAlgorithms) {
  const User user = user_with_password("Mufasa", "http-auth@example.org", "Circle of Life");
  EXPECT_EQ(user.ha1_md5, "3d78807defe7de2157e2b0b6573a855f");
  EXPECT_EQ(user.ha1_sha256, "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232");
  EXPECT_EQ(user.ha1_sha512_256.size(), 64);
  EXPECT_EQ(user.password, "");
}

class SqliteUserStoreTest : public testing::Test {
 protected:
  static User user(std::string name, std::vector<std::string> aors = {}) {
    User user = user_with_password(name, "example.com", "secret");
    user.aors = std::move(aors);
    return user;
  }
  StoreFolder folder;
};

TEST_F(SqliteUserStoreTest, KeepsUsersByName) {
  const User bob = user("bob"), alice = user("alice", {"sales@example.com", "info@example.com"});
  {
    SqliteUserStore store(folder.database());
    ASSERT_TRUE(store.put(bob));
    ASSERT_TRUE(store.put(alice));
  }
  EXPECT_THAT(SqliteUserStore(folder.database()).list().value(), ElementsAre(alice, bob));
}

TEST_F(SqliteUserStoreTest, ReplacesTheUserOfThatName) {
  SqliteUserStore store(folder.database());
  ASSERT_TRUE(store.put(user("alice")));
  const User later = user("alice", {"sales@example.com"});
  ASSERT_TRUE(store.put(later));
  EXPECT_THAT(store.list().value(), ElementsAre(later));
}

TEST_F(SqliteUserStoreTest, SaysWhetherThereWasOneToRemove) {
  SqliteUserStore store(folder.database());
  ASSERT_TRUE(store.put(user("alice")));
  EXPECT_EQ(store.remove("bob").value(), false);
  EXPECT_EQ(store.remove("alice").value(), true);
  EXPECT_EQ(store.remove("alice").value(), false);
  EXPECT_THAT(store.list().value(), IsEmpty());
}

TEST_F(SqliteUserStoreTest, TheVersionGrowsWithEachChangeByAnybody) {
  SqliteUserStore here(folder.database()), there(folder.database());
  const auto version = here.version().value();
  ASSERT_TRUE(there.put(user("alice")));
  const auto after_put = here.version().value();
  EXPECT_GT(after_put, version);
  ASSERT_TRUE(there.remove("alice"));
  EXPECT_GT(here.version().value(), after_put);
}

TEST_F(SqliteUserStoreTest, UsersOutliveAFileThatIsPutBack) {
  SqliteUserStore users(folder.database());
  ASSERT_TRUE(users.put(user("alice")));
  SqliteStore store(folder.options(), [](const Binding&) {});
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(folder.database().string() + end);
  EXPECT_FALSE(users.version());
  store.update(
      "alice@example.com",
      [](Record& record) {
        record.bindings.emplace_back().expires = std::chrono::steady_clock::now() + std::chrono::minutes{1};
      },
      [](auto) {});
  store.stop();
  EXPECT_THAT(users.list().value(), ElementsAre(user("alice")));
}

}  // namespace
}  // namespace flowgate::registrar
