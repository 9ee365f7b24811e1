#include "proxy/server/redis/resp.h"

#include <gtest/gtest.h>

namespace flowgate::redis {
namespace {

std::vector<Reply> read_all(std::string_view octets, std::size_t piece) {
  ReplyReader reader(1 << 20);
  std::vector<Reply> replies;
  while (!octets.empty()) {
    EXPECT_FALSE(reader.feed(octets.substr(0, piece)));
    octets.remove_prefix(std::min(piece, octets.size()));
    for (;;) {
      auto reply = reader.next();
      EXPECT_TRUE(reply);
      if (!reply || !*reply) break;
      replies.push_back(std::move(**reply));
    }
  }
  return replies;
}

TEST(Resp, ACommandIsAnArrayOfBulkStringsWhateverOctetsTheyHold) {
  std::string out = "before ";
  ASSERT_TRUE(write_command({"SET", std::string("k\0\r\n", 4), ""}, out));
  EXPECT_EQ(out, std::string("before *3\r\n$3\r\nSET\r\n$4\r\nk\0\r\n\r\n$0\r\n\r\n", 36));
}

TEST(Resp, EveryKindOfReplyIsReadHoweverItIsCut) {
  const std::string octets =
      "+OK\r\n-NOSCRIPT No matching script\r\n:-42\r\n$-1\r\n$4\r\na\r\nb\r\n*2\r\n:1\r\n*1\r\n$1\r\nx\r\n";
  for (std::size_t piece = 1; piece <= octets.size(); ++piece) {
    const auto replies = read_all(octets, piece);
    ASSERT_EQ(replies.size(), 6U) << piece;
    EXPECT_EQ(replies[0].kind, Reply::Kind::status);
    EXPECT_EQ(replies[0].text, "OK");
    EXPECT_TRUE(replies[1].is_error("NOSCRIPT"));
    EXPECT_FALSE(replies[1].is_error("NO"));
    EXPECT_EQ(replies[2].integer, -42);
    EXPECT_EQ(replies[3].kind, Reply::Kind::nil);
    EXPECT_EQ(replies[4].text, "a\r\nb");
    ASSERT_TRUE(replies[5].is_array(2));
    EXPECT_EQ(replies[5].items[1].items[0].text, "x");
  }
}

TEST(Resp, WhatIsNoReplyIsAnError) {
  ReplyReader reader(1 << 20);
  ASSERT_FALSE(reader.feed("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(reader.next().error(), make_error_code(Error::protocol));
}

TEST(Resp, AReplyThatIsTooLongIsAnErrorBeforeItIsWhole) {
  ReplyReader reader(1000);
  ASSERT_FALSE(reader.feed("$5000\r\n"));
  ASSERT_FALSE(reader.feed(std::string(900, 'x')));
  EXPECT_EQ(reader.feed(std::string(200, 'x')), make_error_code(Error::protocol));
}

TEST(Resp, ManyRepliesMayBeLongerTogetherThanOneMayBe) {
  ReplyReader reader(100);
  for (int i = 0; i < 100; ++i) {
    ASSERT_FALSE(reader.feed("$10\r\n0123456789\r\n$10\r\n01234"));
    ASSERT_TRUE(reader.next());
    ASSERT_FALSE(reader.feed("56789\r\n"));
    const auto second = reader.next();
    ASSERT_TRUE(second && *second);
    EXPECT_EQ((*second)->text, "0123456789");
  }
}

}  // namespace
}  // namespace flowgate::redis
