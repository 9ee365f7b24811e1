#include "registrar/redis/user_store.h"

#include <gtest/gtest.h>

#include "fake_redis.h"
#include "registrar/redis/user_codec.h"

namespace flowgate::redis {
namespace {

using registrar::User;

class RedisUserStore : public testing::Test, private LinkUser {
 protected:
  RedisUserStore() { link.connect(*this); }
  void connected() override {}
  void lost() override {}
  void published(std::string_view, std::string_view) override {}

  FakeRedis server;
  FakeRedis::FakeLink link{server};
  UserStore users{link, "flowgate:", std::chrono::seconds{10}};
  const User alice{"alice", "", "12,3:", "ab", "cd", {"sales@example.com", "x,y@example.com"}};
  const User bob{"bob", "", "0123", "", "", {}};
};

TEST_F(RedisUserStore, KeepsUsersWithAllThatTheyHave) {
  ASSERT_TRUE(users.put(bob));
  ASSERT_TRUE(users.put(alice));
  const auto list = users.list();
  ASSERT_TRUE(list);
  EXPECT_EQ(*list, (std::vector<User>{alice, bob}));
}

TEST_F(RedisUserStore, KeepsNoPassword) {
  ASSERT_TRUE(users.put({"carol", "correct horse", "1", "2", "3", {}}));
  EXPECT_EQ(users.list().value(), (std::vector<User>{{"carol", "", "1", "2", "3", {}}}));
  EXPECT_EQ(server.hashes["flowgate:users"]["carol"], "1:1,1:2,1:3,");
}

TEST_F(RedisUserStore, ReplacesAndRemoves) {
  ASSERT_TRUE(users.put(alice));
  User changed = alice;
  changed.ha1_md5 = "other";
  ASSERT_TRUE(users.put(changed));
  EXPECT_EQ(users.list().value(), std::vector<User>{changed});
  EXPECT_TRUE(users.remove("alice").value());
  EXPECT_FALSE(users.remove("alice").value());
  EXPECT_TRUE(users.list().value().empty());
}

TEST_F(RedisUserStore, TheVersionGrowsWithEachChangeWhoeverMakesIt) {
  const auto first = users.version().value();
  EXPECT_NE(first, 0U);
  UserStore other{link, "flowgate:", std::chrono::seconds{10}};
  ASSERT_TRUE(other.put(alice));
  const auto second = users.version().value();
  EXPECT_GT(second, first);
  ASSERT_TRUE(other.remove("nobody"));
  EXPECT_EQ(users.version().value(), second);
  ASSERT_TRUE(other.remove("alice"));
  EXPECT_GT(users.version().value(), second);
}

TEST_F(RedisUserStore, WithoutRedisEverythingIsAnErrorAndNoEmptyList) {
  link.lose();
  EXPECT_EQ(users.version().error(), make_error_code(Error::away));
  EXPECT_EQ(users.list().error(), make_error_code(Error::away));
  EXPECT_EQ(users.put(alice).error(), make_error_code(Error::away));
  EXPECT_EQ(users.remove("alice").error(), make_error_code(Error::away));
}

TEST_F(RedisUserStore, WhatIsNoUserIsAnError) {
  server.run_there([&] { server.hashes["flowgate:users"]["mallory"] = "4:abc"; });
  EXPECT_EQ(users.list().error(), make_error_code(Error::protocol));
}

TEST(RedisUserCodec, WhatIsCutOffAnywhereIsNoUser) {
  const std::string whole = encode_user({"alice", "", "1", "2", "3", {}});
  EXPECT_TRUE(decode_user("alice", whole));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(decode_user("alice", std::string_view(whole).substr(0, size))) << size;
  EXPECT_FALSE(decode_user("alice", "99999999999999999999:a,"));
  EXPECT_FALSE(decode_user("alice", whole + "x"));
}

}  // namespace
}  // namespace flowgate::redis
