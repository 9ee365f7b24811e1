#include "proxy/server/redis/client.h"

#include <gtest/gtest.h>

#include "scripted_server.h"

namespace flowgate::redis {
namespace {

class ClientTest : public testing::Test, protected LinkUser {
 protected:
  ClientTest() {
    options.server = server.address();
    options.channel = "changes";
    options.least_pause = options.most_pause = std::chrono::milliseconds{2};
  }
  ~ClientTest() override {
    if (client) client->stop();
  }

  void start() {
    client = std::make_unique<Client>(
        context, options, nullptr, [] { return 0; },
        [this](const std::string& line) { log.push_back(line); });
    client->add(*this);
    client->start();
  }
  bool until(const std::function<bool()>& condition) { return run_until(context, condition); }
  // Takes the steps up to the subscription, over connections `first` and the next one.
  void begins(std::size_t first = 0) {
    ASSERT_TRUE(until([&] { return server.heard("SELECT", first); }));
    server.say("+OK\r\n", first);
    ASSERT_TRUE(until([&] { return server.heard("ROLE", first); }));
    server.say("*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n", first);
    ASSERT_TRUE(until([&] { return server.heard("SELECT", first + 1); }));
    server.say("+OK\r\n", first + 1);
    ASSERT_TRUE(until([&] { return server.heard("changes", first + 1); }));
    EXPECT_EQ(sessions, losses);
    server.say("*3\r\n$9\r\nsubscribe\r\n$7\r\nchanges\r\n:1\r\n", first + 1);
    ASSERT_TRUE(until([&] { return sessions == losses + 1; }));
  }

  void connected() override { ++sessions; }
  void lost() override { ++losses; }
  void published(std::string_view channel, std::string_view message) override {
    news.push_back(std::string(channel) + ": " + std::string(message));
  }

  boost::asio::io_context context;
  ScriptedServer server{context};
  Options options;
  std::unique_ptr<Client> client;
  std::vector<std::string> log, news;
  int sessions = 0, losses = 0;
};

TEST_F(ClientTest, ASessionBeginsWithTheSubscription) {
  options.database = 7;
  start();
  begins();
  EXPECT_TRUE(server.heard("SELECT\r\n$1\r\n7\r\n", 0));
  EXPECT_TRUE(server.heard("SELECT\r\n$1\r\n7\r\n", 1));
  server.say("*3\r\n$7\r\nmessage\r\n$7\r\nchanges\r\n$4\r\nnews\r\n", 1);
  ASSERT_TRUE(until([&] { return !news.empty(); }));
  EXPECT_EQ(news.front(), "changes: news");
}

TEST_F(ClientTest, NothingIsSentBeforeThereIsASession) {
  start();
  std::vector<boost::system::error_code> errors;
  client->call({"GET", "x"}, [&](const auto& reply) { errors.push_back(reply.error()); });
  ASSERT_TRUE(until([&] { return !errors.empty(); }));
  EXPECT_EQ(errors.front(), make_error_code(Error::away));
}

TEST_F(ClientTest, ThePasswordGoesFirstOnBothConnections) {
  options.credentials = {"flow", "secret"};
  start();
  ASSERT_TRUE(until([&] { return server.heard("SELECT", 0); }));
  EXPECT_TRUE(server.peer(0).received.starts_with("*3\r\n$4\r\nAUTH\r\n$4\r\nflow\r\n$6\r\nsecret\r\n"));
  server.say("+OK\r\n+OK\r\n*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n", 0);
  ASSERT_TRUE(until([&] { return server.heard("SELECT", 1); }));
  EXPECT_TRUE(server.peer(1).received.starts_with("*3\r\n$4\r\nAUTH\r\n$4\r\nflow\r\n$6\r\nsecret\r\n"));
}

TEST_F(ClientTest, AWrongPasswordIsSaidOnceAndTriedAgain) {
  options.credentials = {"", "wrong"};
  start();
  for (std::size_t attempt = 0; attempt < 3; ++attempt) {
    ASSERT_TRUE(until([&] { return server.heard("AUTH", attempt); }));
    server.say("-WRONGPASS invalid username-password pair\r\n", attempt);
    ASSERT_TRUE(until([&] { return server.peer(attempt).closed; }));
  }
  ASSERT_EQ(log.size(), 1U);
  EXPECT_NE(log.front().find("AUTH: WRONGPASS"), std::string::npos);
  EXPECT_EQ(log.front().find("wrong\r"), std::string::npos);
}

TEST_F(ClientTest, AServerThatIsNoMasterIsLeft) {
  start();
  ASSERT_TRUE(until([&] { return server.heard("SELECT", 0); }));
  server.say("+OK\r\n*5\r\n$5\r\nslave\r\n$9\r\n127.0.0.1\r\n:1\r\n$9\r\nconnected\r\n:0\r\n", 0);
  ASSERT_TRUE(until([&] { return server.peer(0).closed && server.connections() == 2; }));
  begins(1);
}

class ClientLoses : public ClientTest, public testing::WithParamInterface<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Connection, ClientLoses, testing::Values(0, 1));

TEST_P(ClientLoses, BothConnectionsWhenOneBreaksAndBeginsAnew) {
  start();
  begins();
  std::vector<boost::system::error_code> errors;
  client->call({"GET", "x"}, [&](const auto& reply) { errors.push_back(reply.error()); });
  ASSERT_TRUE(until([&] { return server.heard("GET", 0); }));
  server.hang_up(GetParam());
  ASSERT_TRUE(until([&] { return losses == 1; }));
  EXPECT_EQ(errors, (std::vector<boost::system::error_code>{make_error_code(Error::lost)}));
  ASSERT_TRUE(until([&] { return server.peer(1 - GetParam()).closed; }));
  begins(2);
}

TEST_F(ClientTest, AMasterThatIsOneNoMoreIsLeftAtTheFirstWrite) {
  start();
  begins();
  std::string told;
  client->call_durably({"SET", "x"}, [&](const auto& reply) { told = reply->text; });
  ASSERT_TRUE(until([&] { return server.heard("SET", 0); }));
  server.say("-READONLY You can't write against a read only replica.\r\n", 0);
  ASSERT_TRUE(until([&] { return losses == 1; }));
  EXPECT_TRUE(told.starts_with("READONLY"));
  begins(2);
}

TEST_F(ClientTest, SilenceOfTheServerEndsTheSession) {
  options.timeout = std::chrono::milliseconds{100};
  start();
  begins();
  ASSERT_TRUE(until([&] { return losses == 1; }));
  EXPECT_TRUE(server.heard("PING", 0));
}

TEST_F(ClientTest, TheSentinelsAreAskedInTurnForTheMaster) {
  ScriptedServer deaf(context), ignorant(context), wise(context);
  options.sentinels = {deaf.address(), ignorant.address(), wise.address()};
  options.master = "sip";
  start();
  ASSERT_TRUE(until([&] { return deaf.heard("get-master-addr-by-name\r\n$3\r\nsip\r\n"); }));
  EXPECT_EQ(ignorant.connections(), 0U);
  deaf.hang_up();
  ASSERT_TRUE(until([&] { return ignorant.heard("sip\r\n"); }));
  ignorant.say("*-1\r\n");
  ASSERT_TRUE(until([&] { return wise.heard("sip\r\n"); }));
  wise.say("*2\r\n$9\r\n127.0.0.1\r\n$" + std::to_string(std::to_string(server.address().port).size()) +
           "\r\n" + std::to_string(server.address().port) + "\r\n");
  begins();
  EXPECT_EQ(deaf.connections(), 1U);
}

TEST_F(ClientTest, WhenNoSentinelKnowsTheMasterAllAreAskedAgain) {
  ScriptedServer ignorant(context);
  options.sentinels = {ignorant.address()};
  options.master = "sip";
  start();
  for (std::size_t attempt = 0; attempt < 3; ++attempt) {
    ASSERT_TRUE(until([&] { return ignorant.heard("sip\r\n", attempt); }));
    ignorant.say(attempt == 0 ? "*-1\r\n" : "*2\r\n$1\r\nx\r\n$1\r\n0\r\n", attempt);
  }
  ASSERT_TRUE(until([&] { return ignorant.connections() == 4; }));
  EXPECT_EQ(log, (std::vector<std::string>{"redis: no sentinel knows the master 'sip'"}));
}

}  // namespace
}  // namespace flowgate::redis
