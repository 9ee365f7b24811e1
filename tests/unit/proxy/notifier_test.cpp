// The notifier over a location service that answers later.
#include "proxy/notifier.h"

#include <gtest/gtest.h>

#include "proxy/core.h"
#include "registrar/memory_store.h"
#include "tests/unit/proxy/alarm.h"
#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Lookups wait until they are run.
class LateLookups final : public registrar::LocationService {
 public:
  void submit(std::string_view aor, std::unique_ptr<registrar::Lookup> lookup) override {
    late.emplace_back(aor, std::move(lookup));
  }
  void submit(std::string_view aor, std::unique_ptr<registrar::Update> update) override {
    store.submit(aor, std::move(update));
  }
  void remove_flow(const Flow& flow) override { store.remove_flow(flow); }
  void remove_dead(std::string_view aor, Dead dead) override { store.remove_dead(aor, std::move(dead)); }
  std::optional<Dialect> registered_over(const Flow& flow, registrar::Instant now) override {
    return store.registered_over(flow, now);
  }
  void sweep(registrar::Instant now) override { store.sweep(now); }
  std::size_t size() const override { return store.size(); }

  void run() {
    for (auto& [aor, lookup] : std::exchange(late, {})) store.submit(aor, std::move(lookup));
  }
  registrar::MemoryStore store;
  std::vector<std::pair<std::string, std::unique_ptr<registrar::Lookup>>> late;
};

class NotifierTest : public ::testing::Test, public Network, public Resolver {
 protected:
  bool send(const Flow&, std::string_view text) override {
    sent.emplace_back(text);
    return true;
  }
  void connect(const NextHop&, Connected done) override {
    done(make_error_code(boost::system::errc::host_unreachable));
  }
  void pass_to_shard(unsigned, const Flow&, std::string_view) override {}
  void resolve(const sip::Uri&, Resolved done) override { done({}); }

  void receives(std::string text) { core->receive(start, ua_flow, text); }
  static std::string request(const std::string& method, const std::string& uri, const std::string& fields) {
    return method + " " + uri + " SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK-" + method +
           ";rport\r\nFrom: <sip:alice@example.com>;tag=1\r\nTo: <sip:alice@example.com>\r\nCall-ID: "
           "1\r\nCSeq: 1 " +
           method + "\r\nContact: <sip:alice@10.0.0.9>\r\n" + fields + "Content-Length: 0\r\n\r\n";
  }
  std::string subscribe() { return request("SUBSCRIBE", "sip:alice@example.com", "Event: reg\r\n"); }

  TokenKeys keys = TokenKeys::from({TokenKey{1, {7}}});
  LocalAddresses local = edge_addresses();
  registrar::Domains domains{{"example.com"}, {}};
  LateLookups location;
  UaFlows ua_flows{130s, 100};
  std::uint64_t random = 0;
  std::vector<std::string> sent;
  std::unique_ptr<Core> core = std::make_unique<Core>(
      Core::Options{}, local, domains, location, ua_flows, keys, *this, *this, [this] { return ++random; },
      start);
};

TEST_F(NotifierTest, AnswersWhenTheLocationServiceDoes) {
  receives(request("REGISTER", "sip:example.com", ""));
  sent.clear();
  receives(subscribe());
  EXPECT_TRUE(sent.empty());
  location.run();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_THAT(sent[0], StartsWith("SIP/2.0 200"));
  EXPECT_THAT(sent[1], StartsWith("NOTIFY sip:alice@10.0.0.9 SIP/2.0"));
  EXPECT_THAT(sent[1], HasSubstr("<uri>sip:alice@10.0.0.9</uri>"));
}

TEST_F(NotifierTest, RefusesWhenTheLocationServiceKnowsTheSubscriberNot) {
  receives(subscribe());
  location.run();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_THAT(sent[0], StartsWith("SIP/2.0 403"));
  EXPECT_FALSE(core->watches_registration("alice@example.com"));
}

// What changes while the first answer is on its way is seen afterwards.
TEST_F(NotifierTest, WatchesBeforeItLooks) {
  receives(subscribe());
  EXPECT_TRUE(core->watches_registration("alice@example.com"));
}

TEST_F(NotifierTest, JudgesByTheTimeOfTheAnswer) {
  receives(request("REGISTER", "sip:example.com", ""));
  receives(subscribe());
  core->advance(start + 1h);
  sent.clear();
  location.run();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_THAT(sent[0], StartsWith("SIP/2.0 403"));
}

TEST_F(NotifierTest, EndsWithItsNotifiesUnanswered) {
  receives(request("REGISTER", "sip:example.com", ""));
  receives(subscribe());
  location.run();
  EXPECT_EQ(core->subscriptions(), 1U);
  core.reset();
}

}  // namespace
}  // namespace flowgate::proxy
