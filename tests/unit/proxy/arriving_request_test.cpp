// A request in a buffer that is gone when receive() returns, and whatever is answered later.
#include <gtest/gtest.h>

#include "proxy/core.h"
#include "registrar/memory_store.h"
#include "tests/unit/proxy/alarm.h"
#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Updates wait until they are run, or are made at once, when the test has said what comes in between.
class Store final : public registrar::LocationService {
 public:
  void submit(std::string_view aor, std::unique_ptr<registrar::Lookup> lookup) override {
    records.submit(aor, std::move(lookup));
  }
  void submit(std::string_view aor, std::unique_ptr<registrar::Update> update) override {
    if (const auto first = std::exchange(before, nullptr)) first();
    if (!late) return records.submit(aor, std::move(update));
    waiting.emplace_back(aor, std::move(update));
  }
  void remove_flow(const Flow& flow) override { records.remove_flow(flow); }
  void remove_dead(std::string_view aor, Dead dead) override { records.remove_dead(aor, std::move(dead)); }
  std::optional<Dialect> registered_over(const Flow& flow, registrar::Instant now) override {
    return records.registered_over(flow, now);
  }
  void sweep(registrar::Instant now) override { records.sweep(now); }
  std::size_t size() const override { return records.size(); }

  void run() {
    for (auto& [aor, update] : std::exchange(waiting, {})) records.submit(aor, std::move(update));
  }
  bool late = false;
  std::function<void()> before;
  registrar::MemoryStore records;
  std::vector<std::pair<std::string, std::unique_ptr<registrar::Update>>> waiting;
};

class ArrivingRequest : public ::testing::Test, public Network, public Resolver {
 protected:
  bool send(const Flow&, std::string_view text) override {
    sent.emplace_back(text);
    if (const auto first = std::exchange(meanwhile, nullptr)) first();
    return true;
  }
  void connect(const NextHop&, Connected done) override {
    done(make_error_code(boost::system::errc::host_unreachable));
  }
  void pass_to_shard(unsigned shard, const Flow&, std::string_view) override { passed.push_back(shard); }
  void resolve(const sip::Uri&, Resolved done) override { done({}); }

  static std::string request(const std::string& method, const std::string& uri, const std::string& branch) {
    return method + " " + uri + " SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9;rport;branch=z9hG4bK-" + branch +
           "\r\nFrom: <sip:alice@example.com>;tag=1\r\nTo: <sip:alice@example.com>\r\nCall-ID: " + branch +
           "\r\nCSeq: 1 " + method + "\r\nContact: <sip:alice@10.0.0.9>\r\nContent-Length: 0\r\n\r\n";
  }
  // The buffer is written over, then given back.
  void receives(std::string text, const Flow& flow = ua_flow) {
    core->receive(start, flow, text);
    text.assign(text.size(), '#');
  }
  void registers(const std::string& branch, const Flow& flow = ua_flow) {
    receives(request("REGISTER", "sip:example.com", branch), flow);
  }
  // The answers since the last time, each by its status and its Via.
  std::vector<std::string> answers() {
    std::vector<std::string> lines;
    for (std::string& text : std::exchange(sent, {})) {
      const auto answer = sip::Message::parse(text, {});
      lines.push_back(std::to_string(answer->status()) + " " + std::string(answer->value(sip::Header::via)));
    }
    return lines;
  }
  static std::string via(const std::string& branch) {
    return "SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK-" + branch + ";received=198.51.100.7;rport=40000";
  }

  TokenKeys keys = TokenKeys::from({TokenKey{1, {7}}});
  LocalAddresses local = edge_addresses();
  registrar::Domains domains{{"example.com"}, {}};
  Store store;
  UaFlows ua_flows{130s, 100};
  std::uint64_t random = 0;
  std::vector<std::string> sent;
  std::function<void()> meanwhile;  // when something is sent
  std::vector<unsigned> passed;     // to which shards
  std::unique_ptr<Core> core = std::make_unique<Core>(
      Core::Options{}, local, domains, store, ua_flows, keys, *this, *this, [this] { return ++random; },
      start);
};

TEST_F(ArrivingRequest, ThatIsAnsweredAtOnceLeavesItsResponseAlone) {
  registers("a");
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(core->transactions(), 1U);
  EXPECT_EQ(core->transaction_octets(), sent[0].size());
  EXPECT_THAT(answers(), ElementsAre("200 " + via("a")));
}

TEST_F(ArrivingRequest, ThatIsAnsweredAtOnceOverAStreamLeavesNothing) {
  registers("a", stream_flow(Protocol::tcp, 5060, "198.51.100.7", 40000));
  EXPECT_THAT(answers(), ElementsAre("200 " + via("a")));
  EXPECT_EQ(core->transactions(), 0U);
  EXPECT_EQ(core->transaction_octets(), 0U);
}

TEST_F(ArrivingRequest, IsKeptUntilTheStoreAnswers) {
  store.late = true;
  registers("a");
  EXPECT_THAT(sent, IsEmpty());
  EXPECT_EQ(core->transactions(), 1U);
  EXPECT_GT(core->transaction_octets(), 200U);
  store.run();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(core->transaction_octets(), sent[0].size());
  EXPECT_THAT(answers(), ElementsAre("200 " + via("a")));
}

TEST_F(ArrivingRequest, IsTheSameRequestWhenItComesAgainBeforeItsAnswer) {
  store.late = true;
  registers("a");
  registers("a");
  EXPECT_EQ(store.waiting.size(), 1U);
  EXPECT_EQ(core->transactions(), 1U);
}

// RFC 4320 §4.1
TEST_F(ArrivingRequest, ThatWaitsForLongIsToldSo) {
  store.late = true;
  registers("a");
  core->advance(start + 3400ms);
  EXPECT_THAT(sent, IsEmpty());
  core->advance(start + 3600ms);
  EXPECT_THAT(answers(), ElementsAre("100 " + via("a")));
  store.run();
  EXPECT_THAT(answers(), ElementsAre("200 " + via("a")));
  core->advance(start + 1min);
  EXPECT_THAT(sent, IsEmpty());
  EXPECT_EQ(core->transactions(), 0U);
}

// An INVITE that is refused stays until its ACK comes.
TEST_F(ArrivingRequest, OfAnInviteThatIsRefusedAtOnceKeepsTheRefusal) {
  receives(request("INVITE", "sip:nobody@example.com", "a"));
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(core->transaction_octets(), sent[0].size());
  EXPECT_THAT(answers(), ElementsAre("480 " + via("a")));
  receives(request("INVITE", "sip:nobody@example.com", "a"));
  EXPECT_THAT(answers(), ElementsAre("480 " + via("a")));
}

// Whoever has its first response may send a CANCEL, and over another connection.
TEST_F(ArrivingRequest, OfAnInviteIsKnownToOtherShardsBeforeItIsAnswered) {
  InviteIndex invites;
  const auto make = [&](std::uint8_t shard) {
    Core::Options options;
    options.shard = shard;
    options.invites = &invites;
    return std::make_unique<Core>(
        options, local, domains, store, ua_flows, keys, *this, *this, [this] { return ++random; }, start);
  };
  core = make(0);
  const auto other = make(1);
  const std::string invite = request("INVITE", "sip:nobody@example.com", "a");
  meanwhile = [&, text = invite]() mutable { other->receive(start, ua_flow, text); };
  receives(invite);
  EXPECT_THAT(passed, ElementsAre(0U));
  EXPECT_THAT(answers(), ElementsAre("480 " + via("a")));
  // With a shard go its transactions.
  core.reset();
  std::string text = invite;
  other->receive(start, ua_flow, text);
  EXPECT_THAT(passed, ElementsAre(0U));
  EXPECT_THAT(answers(), ElementsAre("480 " + via("a")));
}

TEST_F(ArrivingRequest, MayLeadToAnotherOneThatIsAnsweredBeforeIt) {
  store.before = [this] { registers("b"); };
  registers("a");
  EXPECT_THAT(answers(), ElementsAre("200 " + via("b"), "200 " + via("a")));
  EXPECT_EQ(core->transactions(), 2U);
}

TEST_F(ArrivingRequest, MayLeadToAnotherOneThatIsAnsweredAfterIt) {
  store.late = true;
  store.before = [this] { registers("b"); };
  registers("a");
  EXPECT_EQ(core->transactions(), 2U);
  store.run();
  EXPECT_THAT(answers(), ::testing::UnorderedElementsAre("200 " + via("a"), "200 " + via("b")));
}

TEST_F(ArrivingRequest, ThatComesAgainWhileItIsHandledIsOneRequest) {
  store.before = [this] { registers("a"); };
  registers("a");
  EXPECT_THAT(answers(), ElementsAre("200 " + via("a")));
  EXPECT_EQ(core->transactions(), 1U);
}

}  // namespace
}  // namespace flowgate::proxy
