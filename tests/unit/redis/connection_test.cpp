#include "proxy/server/redis/connection.h"

#include <gtest/gtest.h>

#include "scripted_server.h"

namespace flowgate::redis {
namespace {

using boost::system::error_code;

class ConnectionTest : public testing::Test {
 protected:
  void open() {
    connection = std::make_shared<Connection>(context, options, nullptr);
    bool opened = false;
    connection->open(
        server.address(),
        [&](error_code error) {
          EXPECT_FALSE(error) << error.message();
          opened = true;
        },
        [this](error_code error) { lost.push_back(error); });
    ASSERT_TRUE(run_until(context, [&] { return opened && server.connections() == 1; }));
  }
  Connection::Done note(std::string name) {
    return [this, name = std::move(name)](const boost::system::result<Reply>& reply) {
      replies.push_back(name + " " + (reply ? reply->text : reply.error().message()));
    };
  }
  bool until(const std::function<bool()>& condition) { return run_until(context, condition); }

  boost::asio::io_context context;
  Options options;
  ScriptedServer server{context};
  std::shared_ptr<Connection> connection;
  std::vector<error_code> lost;
  std::vector<std::string> replies;
};

TEST_F(ConnectionTest, ManyCommandsGoOutBeforeTheFirstReplyAndEachGetsItsOwn) {
  open();
  for (const char* name : {"a", "b", "c"}) connection->call({"GET", name}, note(name));
  ASSERT_TRUE(until([&] { return server.heard("c\r\n"); }));
  server.say("$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n");
  ASSERT_TRUE(until([&] { return replies.size() == 3; }));
  EXPECT_EQ(replies, (std::vector<std::string>{"a 1", "b 2", "c 3"}));
}

TEST_F(ConnectionTest, WhoWaitsIsToldWhenTheServerHangsUp) {
  open();
  connection->call({"GET", "a"}, note("a"));
  ASSERT_TRUE(until([&] { return server.heard("a\r\n"); }));
  server.hang_up();
  ASSERT_TRUE(until([&] { return !lost.empty(); }));
  EXPECT_EQ(replies, (std::vector<std::string>{"a the connection broke"}));
  connection->call({"GET", "b"}, note("b"));
  EXPECT_EQ(replies.back(), "b not connected");
}

TEST_F(ConnectionTest, AServerThatDoesNotReplyInTimeIsLost) {
  options.timeout = std::chrono::milliseconds{50};
  open();
  connection->call({"GET", "a"}, note("a"));
  ASSERT_TRUE(until([&] { return !lost.empty(); }));
  EXPECT_EQ(lost.front(), make_error_code(Error::timeout));
  EXPECT_EQ(replies, (std::vector<std::string>{"a no reply in time"}));
}

TEST_F(ConnectionTest, WhatIsNoReplyEndsTheConnection) {
  open();
  connection->call({"GET", "a"}, note("a"));
  server.say("SSH-2.0-OpenSSH\r\n");
  ASSERT_TRUE(until([&] { return !lost.empty(); }));
  EXPECT_EQ(lost.front(), make_error_code(Error::protocol));
}

TEST_F(ConnectionTest, AReplyThatNobodyWaitsForEndsTheConnection) {
  open();
  server.say("+OK\r\n");
  ASSERT_TRUE(until([&] { return !lost.empty(); }));
  EXPECT_EQ(lost.front(), make_error_code(Error::protocol));
}

TEST_F(ConnectionTest, CommandsBeyondTheBoundAreNotSent) {
  options.max_pending = 2;
  open();
  for (const char* name : {"a", "b", "c"}) connection->call({"GET", name}, note(name));
  EXPECT_EQ(replies, (std::vector<std::string>{"c too many commands wait for their replies"}));
  ASSERT_TRUE(until([&] { return server.heard("b\r\n"); }));
  EXPECT_FALSE(server.heard("c\r\n"));
}

TEST_F(ConnectionTest, NobodyAnsweringIsATimeoutAndNoWaitForEver) {
  options.timeout = std::chrono::milliseconds{50};
  std::vector<error_code> errors;
  // RFC 5737: nobody is there.
  connection = std::make_shared<Connection>(context, options, nullptr);
  connection->open(
      {"192.0.2.1", 6379}, [&](error_code error) { errors.push_back(error); }, nullptr);
  ASSERT_TRUE(until([&] { return !errors.empty(); }));
  EXPECT_TRUE(errors.front());
}

TEST_F(ConnectionTest, PublicationsComeBetweenReplies) {
  open();
  std::vector<std::string> published;
  connection->subscribe(
      "one",
      [&](std::string_view channel, std::string_view message) {
        published.push_back(std::string(channel) + ":" + std::string(message));
      },
      note("subscribed"));
  connection->call({"PING"}, note("ping"));
  ASSERT_TRUE(until([&] { return server.heard("PING"); }));
  server.say("*3\r\n$9\r\nsubscribe\r\n$3\r\none\r\n:1\r\n*3\r\n$7\r\nmessage\r\n$3\r\none\r\n$2\r\nhi\r\n");
  ASSERT_TRUE(until([&] { return !published.empty(); }));
  EXPECT_EQ(replies.size(), 1U);
  server.say("*2\r\n$4\r\npong\r\n$0\r\n\r\n");
  ASSERT_TRUE(until([&] { return replies.size() == 2; }));
  EXPECT_EQ(published, (std::vector<std::string>{"one:hi"}));
}

class Replicated : public ConnectionTest {
 protected:
  Replicated() { options.replicas = 1; }
};

TEST_F(Replicated, OneWaitServesAllThatIsSentTogetherAndNothingIsDoneBeforeItsReply) {
  open();
  connection->call_durably({"SET", "a"}, note("a"));
  connection->call_durably({"SET", "b"}, note("b"));
  ASSERT_TRUE(until([&] { return server.heard("WAIT"); }));
  EXPECT_EQ(server.peer().received.find("WAIT"), server.peer().received.rfind("WAIT"));
  server.say("+OK\r\n+OK\r\n");
  connection->call({"GET", "c"}, note("c"));
  ASSERT_TRUE(until([&] { return server.heard("c\r\n"); }));
  EXPECT_TRUE(replies.empty());
  server.say(":1\r\n+C\r\n");
  ASSERT_TRUE(until([&] { return replies.size() == 3; }));
  EXPECT_EQ(replies, (std::vector<std::string>{"a OK", "b OK", "c C"}));
}

TEST_F(Replicated, TooFewReplicasAreAnError) {
  open();
  connection->call_durably({"SET", "a"}, note("a"));
  ASSERT_TRUE(until([&] { return server.heard("WAIT"); }));
  server.say("+OK\r\n:0\r\n");
  ASSERT_TRUE(until([&] { return replies.size() == 1; }));
  EXPECT_EQ(replies.front(), "a too few replicas have acknowledged the change");
  EXPECT_TRUE(lost.empty());
}

TEST_F(Replicated, WhatComesMeanwhileWaitsForTheNextWait) {
  open();
  connection->call_durably({"SET", "a"}, note("a"));
  ASSERT_TRUE(until([&] { return server.heard("WAIT"); }));
  connection->call_durably({"SET", "b"}, note("b"));
  ASSERT_TRUE(until([&] { return server.heard("b\r\n"); }));
  EXPECT_EQ(server.peer().received.find("WAIT"), server.peer().received.rfind("WAIT"));
  server.say("+OK\r\n:1\r\n+OK\r\n");
  ASSERT_TRUE(
      until([&] { return server.peer().received.find("WAIT") != server.peer().received.rfind("WAIT"); }));
  EXPECT_EQ(replies, (std::vector<std::string>{"a OK"}));
  server.say(":1\r\n");
  ASSERT_TRUE(until([&] { return replies.size() == 2; }));
}

TEST_F(Replicated, ACommandWhoseWaitIsLostIsNotDone) {
  open();
  connection->call_durably({"SET", "a"}, note("a"));
  ASSERT_TRUE(until([&] { return server.heard("WAIT"); }));
  server.say("+OK\r\n");
  server.hang_up();
  ASSERT_TRUE(until([&] { return !lost.empty(); }));
  EXPECT_EQ(replies, (std::vector<std::string>{"a the connection broke"}));
}

}  // namespace
}  // namespace flowgate::redis
