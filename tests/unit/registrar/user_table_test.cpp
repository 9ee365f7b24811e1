#include "registrar/user_table.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "registrar/ha1.h"

namespace flowgate::registrar {
namespace {

User user(std::string name, std::vector<std::string> aors = {}) {
  User made;
  made.name = std::move(name);
  made.password = "secret";
  made.aors = std::move(aors);
  return made;
}

TEST(UserTable, OwnsTheAorOfItsName) {
  UserTable users;
  users.put(user("alice"));
  ASSERT_TRUE(users.find("alice"));
  EXPECT_EQ(users.owner("alice@example.com"), users.find("alice"));
  EXPECT_FALSE(users.owner("bob@example.com"));
}

TEST(UserTable, OwnsFurtherAorsBeforeTheirNamesakes) {
  UserTable users;
  users.put(user("alice", {"sales@example.com"}));
  users.put(user("sales"));
  EXPECT_EQ(users.owner("sales@example.com"), users.find("alice"));
  EXPECT_EQ(users.owner("sales@example.org"), users.find("sales"));
}

TEST(UserTable, LosesWhatAUserNoLongerHas) {
  UserTable users;
  users.put(user("alice", {"sales@example.com"}));
  users.put(user("alice", {"press@example.com"}));
  EXPECT_FALSE(users.owner("sales@example.com"));
  EXPECT_TRUE(users.owner("press@example.com"));
  users.remove("alice");
  EXPECT_FALSE(users.owner("press@example.com"));
  EXPECT_FALSE(users.find("alice"));
  EXPECT_EQ(users.size(), 0U);
}

TEST(UserTable, KeepsAnAorThatHasPassedToAnother) {
  UserTable users;
  users.put(user("alice", {"sales@example.com"}));
  users.put(user("bob", {"sales@example.com"}));
  users.remove("alice");
  EXPECT_EQ(users.owner("sales@example.com"), users.find("bob"));
}

TEST(UserTable, ReplacesAll) {
  UserTable users;
  users.put(user("alice"));
  users.replace({user("bob"), user("carol")});
  EXPECT_FALSE(users.find("alice"));
  EXPECT_EQ(users.all().size(), 2U);
}

TEST(UserTable, WhatWasFoundOutlivesTheTable) {
  UserTable users;
  users.put(user("alice"));
  const auto alice = users.find("alice");
  users.replace({});
  EXPECT_EQ(alice->password, "secret");
}

std::string hash_of(std::string_view name, std::string_view password) {
  return user_with_password(name, "example.com", password).ha1_md5;
}

TEST(UserTable, APasswordIsHashedOnceForAllThatAreThereAndThatCome) {
  UserTable users;
  users.put(user("alice", {"sales@example.com"}));
  users.make_hashes("example.com", {digest::Algorithm::md5});
  users.put(user("bob"));
  EXPECT_EQ(users.find("alice")->ha1_md5, hash_of("alice", "secret"));
  EXPECT_EQ(users.find("bob")->ha1_md5, hash_of("bob", "secret"));
  EXPECT_EQ(users.find("bob")->ha1_sha256, "");
  EXPECT_EQ(users.owner("sales@example.com"), users.find("alice"));
  users.replace({user("carol")});
  EXPECT_EQ(users.find("carol")->ha1_md5, hash_of("carol", "secret"));
}

TEST(UserTable, AnotherPasswordHasAnotherHashAtOnce) {
  UserTable users;
  users.make_hashes("example.com", {digest::Algorithm::md5});
  users.put(user("alice"));
  User changed = *users.find("alice");
  changed.password = "another";
  users.put(changed);
  EXPECT_EQ(users.find("alice")->ha1_md5, hash_of("alice", "another"));
  users.replace({user("alice")});
  EXPECT_EQ(users.find("alice")->ha1_md5, hash_of("alice", "secret"));
}

TEST(UserTable, AHashThatIsGivenInsteadOfAPasswordStays) {
  UserTable users;
  users.make_hashes("example.com", {digest::Algorithm::md5, digest::Algorithm::sha256});
  User given{.name = "alice"};
  given.ha1_md5 = hash_of("alice", "secret");
  users.put(given);
  EXPECT_EQ(*users.find("alice"), given);
  EXPECT_TRUE(users.all_know(digest::Algorithm::md5));
  EXPECT_FALSE(users.all_know(digest::Algorithm::sha256));
}

TEST(UserTable, KnowsWhoseAnAorIs) {
  UserTable users;
  users.put(user("alice", {"sales@example.com"}));
  users.put(user("bob"));
  const User alice = *users.find("alice"), bob = *users.find("bob");
  for (const char* aor : {"alice@example.com", "sales@example.com"}) {
    EXPECT_TRUE(users.has_owner(aor)) << aor;
    EXPECT_TRUE(users.is_owner(aor, alice)) << aor;
    EXPECT_FALSE(users.is_owner(aor, bob)) << aor;
  }
  EXPECT_FALSE(users.has_owner("sales@example.org"));
  EXPECT_FALSE(users.is_owner("sales@example.org", alice));
}

// Of two shards that look up while users come and go, each sees all of a change or nothing of it.
TEST(UserTable, IsReadByManyThreadsWhileItChanges) {
  UserTable users;
  users.put(user("alice"));
  std::atomic<bool> over{false};
  std::atomic<int> missed{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!over) {
        if (!users.has_owner("alice@example.com") || users.find("alice")->password != "secret") ++missed;
      }
    });
  }
  for (int i = 0; i < 200; ++i) users.replace({user("alice"), user("u" + std::to_string(i))});
  over = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(missed, 0);
}

}  // namespace
}  // namespace flowgate::registrar
