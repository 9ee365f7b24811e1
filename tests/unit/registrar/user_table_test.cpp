#include "registrar/user_table.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace flowgate::registrar
