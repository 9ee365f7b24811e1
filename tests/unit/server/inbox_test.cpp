#include "proxy/server/inbox.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace flowgate::server {
namespace {

Flow flow_at(std::uint16_t port) {
  return {Protocol::udp, *Endpoint::from("192.0.2.1", 5060), *Endpoint::from("198.51.100.7", port), 0};
}

class InboxTest : public testing::Test {
 protected:
  // Runs what waits for the shard's thread; how often it had to wake up.
  std::size_t run() {
    context.restart();
    return context.poll();
  }

  boost::asio::io_context context;
  std::vector<std::string> received;
  std::function<void()> meanwhile;
  Inbox inbox{
      context, [this](const Flow& flow, std::span<char> text) {
        received.push_back(std::to_string(flow.remote.port) + " " + std::string(text.data(), text.size()));
        if (meanwhile) meanwhile();
      }};
};

TEST_F(InboxTest, ManyMessagesCostOneWakeUpAndKeepTheirOrder) {
  inbox.put(flow_at(1), "SIP/2.0 200 OK");
  inbox.put(flow_at(2), "");
  inbox.put(flow_at(3), "SIP/2.0 180 Ringing");
  EXPECT_TRUE(received.empty());
  EXPECT_EQ(run(), 1U);
  EXPECT_EQ(received, (std::vector<std::string>{"1 SIP/2.0 200 OK", "2 ", "3 SIP/2.0 180 Ringing"}));
  EXPECT_EQ(run(), 0U);
}

TEST_F(InboxTest, WhatComesWhileOthersAreReceivedIsReceivedAfterwards) {
  meanwhile = [this] {
    meanwhile = nullptr;
    inbox.put(flow_at(3), "third");
  };
  inbox.put(flow_at(1), "first");
  inbox.put(flow_at(2), "second");
  run();
  EXPECT_EQ(received, (std::vector<std::string>{"1 first", "2 second", "3 third"}));
}

TEST_F(InboxTest, AShardFarBehindLosesWhatComesThenAndNothingLater) {
  const std::string large(1024 * 1024, 'x');
  for (std::uint16_t port = 1; port <= 20; ++port) inbox.put(flow_at(port), large);
  run();
  EXPECT_EQ(received.size(), 16U);
  inbox.put(flow_at(1), "again");
  run();
  EXPECT_EQ(received.back(), "1 again");
}

TEST_F(InboxTest, TakesMessagesFromManyThreads) {
  std::vector<std::thread> shards;
  for (std::uint16_t port = 1; port <= 4; ++port) {
    shards.emplace_back([this, port] {
      for (int i = 0; i < 1000; ++i) inbox.put(flow_at(port), "x");
    });
  }
  while (received.size() < 4000) run();
  for (std::thread& shard : shards) shard.join();
  EXPECT_EQ(received.size(), 4000U);
}

}  // namespace
}  // namespace flowgate::server
