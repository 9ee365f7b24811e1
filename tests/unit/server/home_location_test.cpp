#include "proxy/server/home_location.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <string>
#include <thread>
#include <vector>

namespace flowgate::server {
namespace {

using boost::system::error_code;
using registrar::Lookup;
using registrar::Record;
using registrar::Update;

// Keeps what it is asked until told to end it, or ends it inside the call.
class Store final : public registrar::LocationService {
 public:
  void submit(std::string_view, std::unique_ptr<Lookup> lookup) override {
    lookup->visit(record);
    lookup->done();
  }
  void submit(std::string_view aor, std::unique_ptr<Update> update) override {
    asked.emplace_back(aor);
    update->change(record);
    if (immediately) return Update::finish(std::move(update), {});
    updates.push_back(std::move(update));
  }
  void remove_flow(const Flow&) override {}
  void remove_dead(std::string_view, Dead) override {}
  std::optional<Dialect> registered_over(const Flow&, registrar::Instant) override { return std::nullopt; }
  void sweep(registrar::Instant) override {}
  std::size_t size() const override { return record.bindings.size(); }

  // All that wait, on another thread.
  void finish(error_code error = {}) {
    std::thread([&] {
      for (auto& update : std::exchange(updates, {})) Update::finish(std::move(update), error);
    }).join();
  }

  bool immediately = false;
  Record record;
  std::vector<std::string> asked;
  std::vector<std::unique_ptr<Update>> updates;
};

class HomeLocationTest : public testing::Test {
 protected:
  void update(const std::string& name) {
    home.update(
        name + "@example.com", [](Record& record) { record.bindings.emplace_back(); },
        [this, name](error_code error) {
          told.push_back(name + (error ? ": " + error.message() : ""));
          thread = std::this_thread::get_id();
        });
  }
  // Runs what waits for the shard's thread; how many handlers there were.
  std::size_t run() {
    context.restart();
    return context.poll();
  }

  boost::asio::io_context context{1};
  Store store;
  std::vector<std::string> told;
  std::thread::id thread;
  HomeLocation home{context, store, [this] { told.emplace_back("before"); },
                    [this] { told.emplace_back("after"); }};
};

using Told = std::vector<std::string>;

TEST_F(HomeLocationTest, WhatEndsOnAnotherThreadIsToldOnTheOneThatRunsTheContext) {
  update("alice");
  store.finish();
  EXPECT_EQ(told, Told{});
  run();
  EXPECT_EQ(told, (Told{"before", "alice", "after"}));
  EXPECT_EQ(thread, std::this_thread::get_id());
}

TEST_F(HomeLocationTest, ManyThatHaveEndedComeHomeTogetherAndInOrder) {
  for (const char* name : {"alice", "bob", "carol"}) update(name);
  store.finish();
  EXPECT_EQ(run(), 1);
  EXPECT_EQ(told, (Told{"before", "alice", "bob", "carol", "after"}));
}

TEST_F(HomeLocationTest, WhatComesAfterwardsComesHomeAsWell) {
  update("alice");
  store.finish();
  run();
  update("bob");
  store.finish();
  run();
  EXPECT_EQ(told, (Told{"before", "alice", "after", "before", "bob", "after"}));
}

TEST_F(HomeLocationTest, AnErrorIsTold) {
  update("alice");
  const error_code error = make_error_code(boost::system::errc::io_error);
  store.finish(error);
  run();
  EXPECT_EQ(told, (Told{"before", "alice: " + error.message(), "after"}));
}

TEST_F(HomeLocationTest, WhatEndsInsideTheCallIsToldThere) {
  store.immediately = true;
  boost::asio::post(context, [this] {
    update("alice");
    EXPECT_EQ(told, Told{"alice"});
  });
  EXPECT_EQ(run(), 1);
  EXPECT_EQ(told, Told{"alice"});
}

// As one that is told of its registration may ask for the next.
TEST_F(HomeLocationTest, WhoIsToldMayAskAgain) {
  home.update(
      "alice@example.com", [](Record&) {}, [this](error_code) { update("bob"); });
  store.finish();
  run();
  EXPECT_EQ(store.asked, (Told{"alice@example.com", "bob@example.com"}));
  store.finish();
  run();
  EXPECT_EQ(told, (Told{"before", "after", "before", "bob", "after"}));
}

TEST_F(HomeLocationTest, ALookupPassesInsideTheCall) {
  store.record.bindings.emplace_back();
  std::size_t seen = 0;
  bool done = false;
  home.lookup(
      "alice@example.com", [&](const Record& record) { seen = record.bindings.size(); },
      [&] { done = true; });
  EXPECT_EQ(seen, 1);
  EXPECT_TRUE(done);
  EXPECT_EQ(run(), 0);
}

TEST_F(HomeLocationTest, WhatIsNotToldWhenTheShardHasStoppedIsForgotten) {
  update("alice");
  store.finish();
  update("bob");
  EXPECT_EQ(told, Told{});
}

}  // namespace
}  // namespace flowgate::server
