// Two nodes on one Redis.
#include <chrono>

#include "fake_redis.h"
#include "location_contract.h"
#include "registrar/redis_store.h"

namespace flowgate::registrar {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Flow tcp_flow(std::uint16_t port) {
  return flow_from(Protocol::tcp, "192.0.2.1", port);
}

Binding binding_over(const Flow& flow, std::string uri = "sip:ua@192.0.2.1") {
  Binding binding;
  binding.contact = binding.uri = std::move(uri);
  binding.flow = flow;
  binding.by_flow = true;
  binding.route = "<sip:token@10.0.0.1;lr>";
  binding.updated = std::chrono::steady_clock::now();
  binding.expires = binding.updated + std::chrono::minutes{1};
  return binding;
}

struct Node {
  Node(redis::FakeRedis& redis, std::string name, RedisStore::Resumed resumed = nullptr)
      : server(redis),
        link(redis),
        store(
            {"flowgate:", name, name + "-process"}, link, std::chrono::steady_clock::now,
            [this](const std::string& line) { log.push_back(line); }, std::move(resumed)) {
    store.set_observer(&announcements);
  }
  ~Node() { server.settle(); }

  boost::system::error_code add(std::string_view aor, const Binding& binding) {
    return change(aor, [binding](Record& record) { record.bindings.push_back(binding); });
  }
  boost::system::error_code change(std::string_view aor, LocationService::Change change) {
    boost::system::error_code outcome = redis::Error::timeout;
    store.update(aor, std::move(change), [&](auto error) { outcome = error; });
    settle();
    return outcome;
  }
  std::vector<Binding> bindings(std::string_view aor) {
    std::vector<Binding> found;
    store.lookup(aor,
                 [&](const Record& record) { found.assign(record.bindings.begin(), record.bindings.end()); });
    return found;
  }
  void settle() {
    do {
      server.settle();
    } while (store.changing() != 0);
  }
  void connect() { link.connect(store); }

  redis::FakeRedis& server;
  redis::FakeRedis::FakeLink link;
  std::vector<std::string> log;
  Announcements announcements;
  RedisStore store;
};

class RedisNodes : public testing::Test {
 protected:
  RedisNodes() {
    west.connect();
    east.connect();
  }

  static constexpr std::string_view alice = "alice@example.com", bob = "bob@example.com";
  redis::FakeRedis server;
  Node west{server, "sip:west"}, east{server, "sip:east"};
};

TEST_F(RedisNodes, WhatOneDoesTheOtherKnowsAndIsTold) {
  ASSERT_FALSE(west.add(alice, binding_over(tcp_flow(1000))));
  ASSERT_EQ(east.bindings(alice).size(), 1U);
  EXPECT_EQ(east.bindings(alice)[0].uri, "sip:ua@192.0.2.1");
  EXPECT_THAT(east.announcements.take(), ElementsAre("alice@example.com: request"));
  EXPECT_THAT(west.announcements.take(), ElementsAre("alice@example.com: request"));
  west.store.remove_flow(tcp_flow(1000));
  west.settle();
  EXPECT_THAT(east.bindings(alice), IsEmpty());
  EXPECT_THAT(east.announcements.take(), ElementsAre("alice@example.com: flow failure"));
}

TEST_F(RedisNodes, ABindingByFlowIsOfTheNodeThatItCameTo) {
  ASSERT_FALSE(west.add(alice, binding_over(tcp_flow(1000))));
  EXPECT_EQ(west.bindings(alice)[0].node, "");
  EXPECT_EQ(east.bindings(alice)[0].node, "sip:west");
  EXPECT_EQ(east.bindings(alice)[0].route, "<sip:token@10.0.0.1;lr>");
  const Instant now = std::chrono::steady_clock::now();
  EXPECT_TRUE(west.store.registered_over(tcp_flow(1000), now));
  EXPECT_FALSE(east.store.registered_over(tcp_flow(1000), now));
}

TEST_F(RedisNodes, AFlowOfThatAddressAtAnotherNodeIsAnotherFlow) {
  ASSERT_FALSE(west.add(alice, binding_over(tcp_flow(1000))));
  ASSERT_FALSE(east.add(bob, binding_over(tcp_flow(1000))));
  east.store.remove_flow(tcp_flow(1000));
  east.settle();
  EXPECT_EQ(west.bindings(alice).size(), 1U);
  EXPECT_THAT(west.bindings(bob), IsEmpty());
}

// Both have read the record before either writes it.
TEST_F(RedisNodes, OfTwoChangesAtOnceNoneIsLost) {
  ASSERT_FALSE(west.add(alice, binding_over(tcp_flow(1000), "sip:first@192.0.2.1")));
  for (int i = 0; i < 100; ++i) {
    const auto count = [](Record& record) { ++record.bindings.at(0).cseq; };
    west.store.update(alice, count, [](auto error) { EXPECT_FALSE(error); });
    east.store.update(alice, count, [](auto error) { EXPECT_FALSE(error); });
  }
  west.settle();
  east.settle();
  EXPECT_EQ(west.bindings(alice).at(0).cseq, 200U);
  EXPECT_EQ(east.bindings(alice).at(0).cseq, 200U);
}

TEST_F(RedisNodes, NewsThatComeBeforeTheReplyAreNotUndoneByIt) {
  west.link.before_reply = [&] {
    // What another node has made of it meanwhile.
    server.carry_out({"EVAL", redis::update_record().text, "2", "flowgate:record:alice@example.com",
                      "flowgate:version", "1", "", "0", "flowgate:records",
                      redis::message_head("other", Cause::request, alice)});
  };
  ASSERT_FALSE(west.add(alice, binding_over(tcp_flow(1000))));
  EXPECT_THAT(west.bindings(alice), IsEmpty());
  EXPECT_THAT(east.bindings(alice), IsEmpty());
  ASSERT_FALSE(west.add(alice, binding_over(tcp_flow(1001))));
  EXPECT_EQ(east.bindings(alice).size(), 1U);
}

TEST_F(RedisNodes, ARecordThatHasExpiredInRedisIsMadeAnew) {
  ASSERT_FALSE(west.add(alice, binding_over(tcp_flow(1000))));
  server.run_there([&] { server.values.erase("flowgate:record:alice@example.com"); });
  std::size_t seen = 99;
  ASSERT_FALSE(west.change(alice, [&](Record& record) {
    seen = record.bindings.size();
    record.bindings.push_back(binding_over(tcp_flow(1001)));
  }));
  EXPECT_EQ(seen, 0U);
  EXPECT_EQ(east.bindings(alice).size(), 1U);
  ASSERT_FALSE(east.add(alice, binding_over(tcp_flow(1002))));
  EXPECT_EQ(west.bindings(alice).size(), 2U);
}

TEST_F(RedisNodes, AScriptThatTheServerHasForgottenIsSentAgain) {
  server.run_there([&] { server.knows_scripts = false; });
  ASSERT_FALSE(west.add(alice, binding_over(tcp_flow(1000))));
  EXPECT_EQ(east.bindings(alice).size(), 1U);
}

TEST_F(RedisNodes, WhatIsNoRecordIsNotWrittenOver) {
  server.run_there([&] { server.values["flowgate:record:alice@example.com"] = "7 not a record"; });
  EXPECT_EQ(west.add(alice, binding_over(tcp_flow(1000))), redis::Error::refused);
  EXPECT_EQ(server.values["flowgate:record:alice@example.com"], "7 not a record");
  EXPECT_EQ(west.log.size(), 1U);
}

TEST_F(RedisNodes, HostilePublicationsChangeNothing) {
  ASSERT_FALSE(west.add(alice, binding_over(tcp_flow(1000))));
  for (const char* message :
       {"", "x", "9", "9 w 0 17", "9 w 0 99 alice@example.com", "9 w 3 17 alice@example.com",
        "99999999999999999999 w 0 17 alice@example.com", "9 w 0 17 alice@example.comjunk"}) {
    server.run_there([&] { server.publish("flowgate:records", message); });
    EXPECT_EQ(west.bindings(alice).size(), 1U) << message;
  }
  server.run_there([&] { server.publish("other", "9 w 0 17 alice@example.com"); });
  EXPECT_EQ(west.bindings(alice).size(), 1U);
}

// It is made, but whether it lasts is not known; what is made is what all nodes know.
TEST_F(RedisNodes, AChangeThatTooFewReplicasHaveIsNotAcknowledged) {
  server.run_there([&] { west.link.not_replicated = true; });
  EXPECT_EQ(west.add(alice, binding_over(tcp_flow(1000))), redis::Error::not_replicated);
  EXPECT_EQ(west.bindings(alice).size(), 1U);
  EXPECT_EQ(east.bindings(alice).size(), 1U);
}

class RedisAway : public RedisNodes {
 protected:
  RedisAway() {
    EXPECT_FALSE(west.add(alice, binding_over(tcp_flow(1000))));
    west.link.lose();
    west.announcements.take();
  }
};

TEST_F(RedisAway, LookupsShowWhatWasKnownAndUpdatesFail) {
  EXPECT_EQ(west.bindings(alice).size(), 1U);
  EXPECT_EQ(west.add(bob, binding_over(tcp_flow(1001))), redis::Error::away);
  EXPECT_THAT(west.bindings(bob), IsEmpty());
}

TEST_F(RedisAway, WhatChangesMeanwhileIsKnownAfterwards) {
  ASSERT_FALSE(east.change(alice, [](Record& record) { record.bindings.clear(); }));
  ASSERT_FALSE(east.add(bob, binding_over(tcp_flow(1001))));
  EXPECT_EQ(west.bindings(alice).size(), 1U);
  west.connect();
  EXPECT_THAT(west.bindings(alice), IsEmpty());
  EXPECT_EQ(west.bindings(bob).size(), 1U);
  EXPECT_THAT(west.announcements.take(),
              testing::UnorderedElementsAre("alice@example.com: expiry", "bob@example.com: request"));
}

TEST_F(RedisAway, AFlowThatBreaksMeanwhileIsGoneAtOnceHereAndLaterEverywhere) {
  west.store.remove_flow(tcp_flow(1000));
  EXPECT_THAT(west.bindings(alice), IsEmpty());
  EXPECT_THAT(west.announcements.take(), ElementsAre("alice@example.com: flow failure"));
  EXPECT_EQ(east.bindings(alice).size(), 1U);
  west.connect();
  west.settle();
  EXPECT_THAT(west.bindings(alice), IsEmpty());
  EXPECT_THAT(east.bindings(alice), IsEmpty());
}

TEST_F(RedisAway, ABindingThatMovedMeanwhileIsNotRemovedWithItsOldFlow) {
  west.store.remove_flow(tcp_flow(1000));
  ASSERT_FALSE(
      east.change(alice, [](Record& record) { record.bindings.assign(1, binding_over(tcp_flow(2000))); }));
  west.connect();
  west.settle();
  EXPECT_EQ(west.bindings(alice).size(), 1U);
  EXPECT_EQ(east.bindings(alice).size(), 1U);
}

// The removal was on its way when Redis went.
TEST_F(RedisNodes, ARemovalThatFailsIsTriedAgain) {
  ASSERT_FALSE(west.add(alice, binding_over(tcp_flow(1000))));
  server.run_there([&] { west.link.fails = true; });
  west.store.remove_flow(tcp_flow(1000));
  west.settle();
  EXPECT_EQ(east.bindings(alice).size(), 1U);
  server.run_there([&] { west.link.fails = false; });
  west.link.lose();
  west.connect();
  west.settle();
  EXPECT_THAT(east.bindings(alice), IsEmpty());
}

// A replica that was behind has become the master: versions are given again.
TEST_F(RedisAway, AServerThatKnowsLessIsBelievedWhenItIsTheMaster) {
  ASSERT_FALSE(east.add(alice, binding_over(tcp_flow(1001))));
  east.link.lose();
  server.run_there([&] {
    server.values.clear();
    server.values["flowgate:version"] = "1";
  });
  west.connect();
  east.connect();
  EXPECT_THAT(west.bindings(alice), IsEmpty());
  EXPECT_THAT(east.bindings(alice), IsEmpty());
  ASSERT_FALSE(west.add(alice, binding_over(tcp_flow(1002))));
  ASSERT_FALSE(east.add(alice, binding_over(tcp_flow(1003))));
  EXPECT_EQ(west.bindings(alice).size(), 2U);
  EXPECT_EQ(east.bindings(alice).size(), 2U);
}

TEST_F(RedisNodes, ANodeThatStartsKnowsEverythingAndDropsItsOwnDeadConnections) {
  const Flow udp = flow_from(Protocol::udp, "192.0.2.9", 40000);
  for (std::uint16_t port = 1; port <= 20; ++port) {
    const std::string aor = "ua" + std::to_string(port) + "@example.com";
    ASSERT_FALSE((port % 2 ? west : east).add(aor, binding_over(tcp_flow(port))));
  }
  ASSERT_FALSE(west.add(alice, binding_over(udp)));
  west.link.lose();
  std::vector<Flow> resumed;
  Node restarted(server, "sip:west", [&](const Binding& binding) { resumed.push_back(binding.flow); });
  EXPECT_EQ(restarted.add(bob, binding_over(tcp_flow(99))), redis::Error::away);
  restarted.connect();
  restarted.settle();
  EXPECT_EQ(restarted.store.size(), 11U);
  EXPECT_EQ(east.store.size(), 11U);
  EXPECT_EQ(restarted.bindings(alice).at(0).node, "");
  EXPECT_THAT(resumed, ElementsAre(udp));
}

// The clocks of the nodes do not matter, that of the server does.
TEST_F(RedisNodes, ExpiryIsByTheClockOfTheServer) {
  const Binding binding = binding_over(tcp_flow(1000));
  ASSERT_FALSE(west.add(alice, binding));
  const auto distance = east.bindings(alice).at(0).expires - binding.expires;
  EXPECT_LT(std::chrono::abs(distance), std::chrono::seconds{2});
}

}  // namespace
}  // namespace flowgate::registrar
