#include "transport/deadlines.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <vector>

namespace flowgate::transport {
namespace {

using std::chrono::seconds;

class Probe : public Deadline {
 public:
  void expired() override {
    ++times;
    if (on_expired) on_expired();
  }
  int times = 0;
  std::function<void()> on_expired;
};

class DeadlinesTest : public testing::Test {
 protected:
  // Runs until the timer has nothing more to wait for.
  void run() { context.run_for(seconds(10)); }
  boost::asio::io_context context;
  std::shared_ptr<Deadlines> deadlines = std::make_shared<Deadlines>(
      context,
      Deadlines::Timeouts{seconds(1), seconds(60), seconds(1), seconds(60), seconds(60), seconds(1)});
};

TEST_F(DeadlinesTest, EachExpiresOnceAndThenTheTimerRests) {
  Probe first;
  Probe second;
  const auto begin = std::chrono::steady_clock::now();
  deadlines->begin(first, Awaited::connect);
  deadlines->begin(second, Awaited::message);
  run();
  EXPECT_TRUE(context.stopped());  // out of work
  EXPECT_EQ(first.times, 1);
  EXPECT_EQ(second.times, 1);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, seconds(1));
}

TEST_F(DeadlinesTest, WhatEndsInTimeDoesNotExpire) {
  Probe ended;
  Probe kept;
  deadlines->begin(ended, Awaited::connect);
  deadlines->begin(kept, Awaited::connect);
  EXPECT_TRUE(ended.running());
  ended.end();
  EXPECT_FALSE(ended.running());
  ended.end();
  run();
  EXPECT_EQ(ended.times, 0);
  EXPECT_EQ(kept.times, 1);
}

TEST_F(DeadlinesTest, ALaterOneTakesThePlaceOfTheFirst) {
  Probe probe;
  Probe other;
  deadlines->begin(probe, Awaited::connect);
  deadlines->begin(probe, Awaited::handshake);
  deadlines->begin(other, Awaited::connect);
  other.on_expired = [&] { probe.end(); };
  run();
  EXPECT_EQ(other.times, 1);
  EXPECT_EQ(probe.times, 0);
}

TEST_F(DeadlinesTest, OneThatDiesIsForgotten) {
  Probe kept;
  {
    Probe gone;
    deadlines->begin(gone, Awaited::connect);
  }
  deadlines->begin(kept, Awaited::connect);
  run();
  EXPECT_EQ(kept.times, 1);
}

TEST_F(DeadlinesTest, OneMayEndOrBeginAnotherWhenItExpires) {
  Probe first;
  Probe next;
  Probe again;
  deadlines->begin(first, Awaited::connect);
  deadlines->begin(next, Awaited::connect);
  first.on_expired = [&] {
    next.end();
    deadlines->begin(again, Awaited::message);
  };
  run();
  EXPECT_EQ(first.times, 1);
  EXPECT_EQ(next.times, 0);
  EXPECT_EQ(again.times, 1);
}

}  // namespace
}  // namespace flowgate::transport
