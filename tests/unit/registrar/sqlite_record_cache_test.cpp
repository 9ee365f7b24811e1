#include "registrar/sqlite/record_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registrar/record_codec.h"
#include "site.h"

namespace flowgate::registrar {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view alice = "alice@example.com";
const Flow old_flow = flow_from(Protocol::udp, "192.0.2.1", 40000);
const Flow new_flow = flow_from(Protocol::udp, "192.0.2.1", 40001);

class SqliteRecordCacheTest : public testing::Test {
 protected:
  Binding binding(std::uint32_t cseq, const Flow& flow = old_flow) const {
    Binding binding;
    binding.contact = binding.uri = "sip:ua@192.0.2.1";
    binding.flow = flow;
    binding.by_flow = true;
    binding.cseq = cseq;
    binding.expires = now.steady + 60s;
    return binding;
  }
  RecordCache::Changed change(LocationService::Change change) {
    auto update = make_update(std::move(change), [](auto) {});
    std::unique_ptr<Update> asked = std::move(update);
    return cache.change(alice, asked);
  }
  RecordCache::Changed put(const Binding& binding) {
    return change([&](Record& record) { record.bindings.assign(1, binding); });
  }
  std::unique_ptr<PendingUpdate> next() {
    PendingUpdates taken;
    queue.take(1, taken);
    return std::move(taken.at(0));
  }
  void write(std::int64_t page) {
    auto update = next();
    update->page = page;
    cache.settle(std::move(update));
  }
  std::vector<std::uint32_t> cseqs() const {
    std::vector<std::uint32_t> cseqs;
    const auto lookup = make_lookup(
        [&](const Record& record) {
          for (const Binding& binding : record.bindings) cseqs.push_back(binding.cseq);
        },
        [] {});
    cache.show(alice, *lookup);
    return cseqs;
  }
  // What would be written anew of `page`.
  std::vector<std::uint32_t> cseqs_copied(std::int64_t page) const {
    std::string octets;
    std::vector<std::uint32_t> cseqs;
    if (!cache.copy_record(page, alice, octets) || octets.empty()) return cseqs;
    for (const Binding& binding : decode_record(octets, now)->bindings) cseqs.push_back(binding.cseq);
    return cseqs;
  }
  void remove_flow(const Flow& flow) {
    const auto over_flow = [&](const Binding& binding) { return binding.flow == flow; };
    for (const std::string& aor : cache.take(flow)) cache.remove(aor, over_flow, false);
  }

  const ClockReading now{std::chrono::steady_clock::now(), std::chrono::system_clock::now()};
  const RecordCache::Clocks clocks = [this] { return now; };
  UpdateQueue queue{3};
  RecordCache cache{queue, clocks};
};

TEST_F(SqliteRecordCacheTest, AChangeIsSeenAtOnce) {
  put(binding(1));
  EXPECT_THAT(cseqs(), ElementsAre(1));
  EXPECT_TRUE(cache.registered_over(old_flow, now.steady));
  write(1);
  EXPECT_THAT(cseqs(), ElementsAre(1));
  EXPECT_EQ(cache.live_pages().count(), 1);
}

TEST_F(SqliteRecordCacheTest, WhatFailsIsUndoneWithWhatWasMadeOfIt) {
  put(binding(1));
  write(1);
  put(binding(2));
  change([](Record& record) { record.bindings.at(0).cseq += 10; });
  EXPECT_THAT(cseqs(), ElementsAre(12));
  cache.begin_generation();
  cache.fail(next());
  EXPECT_THAT(cseqs(), ElementsAre(1));
  cache.fail(next());
  EXPECT_THAT(cseqs(), ElementsAre(1));
  EXPECT_EQ(cache.live_pages().count(), 1);
}

TEST_F(SqliteRecordCacheTest, AFirstChangeThatFailsLeavesNothing) {
  put(binding(1));
  cache.begin_generation();
  cache.fail(next());
  EXPECT_THAT(cseqs(), IsEmpty());
  EXPECT_EQ(cache.size(), 0);
  EXPECT_FALSE(cache.registered_over(old_flow, now.steady));
  EXPECT_THAT(cache.take(old_flow), IsEmpty());
}

// Before anybody has said that the old one failed.
TEST_F(SqliteRecordCacheTest, AChangeOfTheNextGenerationIsMadeOfWhatIsDurable) {
  put(binding(1));
  write(1);
  put(binding(20));
  cache.begin_generation();
  change([](Record& record) { ++record.bindings.at(0).cseq; });
  EXPECT_THAT(cseqs(), ElementsAre(2));
  cache.fail(next());
  EXPECT_THAT(cseqs(), ElementsAre(2));
  write(2);
  EXPECT_THAT(cseqs(), ElementsAre(2));
  EXPECT_THAT(cseqs_copied(1), IsEmpty());
  EXPECT_THAT(cseqs_copied(2), ElementsAre(2));
}

TEST_F(SqliteRecordCacheTest, WhatIsNotDurableYetIsNotCopied) {
  put(binding(1));
  write(1);
  put(binding(2));
  EXPECT_THAT(cseqs_copied(1), ElementsAre(1));
  cache.begin_generation();
  put(binding(3));
  EXPECT_THAT(cseqs_copied(1), ElementsAre(1));
  cache.fail(next());
  EXPECT_THAT(cseqs_copied(1), ElementsAre(1));
  write(2);
  EXPECT_THAT(cseqs_copied(2), ElementsAre(3));
}

TEST_F(SqliteRecordCacheTest, AFlowThatEndsMeanwhileDoesNotComeBackWithWhatIsUndone) {
  put(binding(1, old_flow));
  write(1);
  put(binding(2, new_flow));
  remove_flow(old_flow);
  EXPECT_THAT(cseqs(), ElementsAre(2));
  cache.begin_generation();
  cache.fail(next());
  EXPECT_THAT(cseqs(), IsEmpty());
  EXPECT_EQ(cache.size(), 0);
  EXPECT_EQ(cache.live_pages().count(), 0);
}

TEST_F(SqliteRecordCacheTest, AFlowThatWasDroppedIsForgottenWhenThatIsDurable) {
  put(binding(1, old_flow));
  write(1);
  put(binding(2, new_flow));
  EXPECT_FALSE(cache.registered_over(old_flow, now.steady));
  write(2);
  EXPECT_THAT(cache.take(old_flow), IsEmpty());
  EXPECT_THAT(cache.take(new_flow), ElementsAre(alice));
}

TEST_F(SqliteRecordCacheTest, ADroppedFlowIsTheRecordsAgainWhenThatIsUndone) {
  put(binding(1, old_flow));
  write(1);
  put(binding(2, new_flow));
  cache.begin_generation();
  cache.fail(next());
  EXPECT_TRUE(cache.registered_over(old_flow, now.steady));
  EXPECT_FALSE(cache.registered_over(new_flow, now.steady));
  remove_flow(old_flow);
  EXPECT_THAT(cseqs(), IsEmpty());
  EXPECT_THAT(cache.take(old_flow), IsEmpty());
}

TEST_F(SqliteRecordCacheTest, AChangeThatFindsNoRoomIsNotMade) {
  for (std::uint32_t cseq = 1; cseq <= 3; ++cseq)
    EXPECT_EQ(put(binding(cseq)), RecordCache::Changed::pending);
  EXPECT_EQ(put(binding(4, new_flow)), RecordCache::Changed::no_room);
  EXPECT_THAT(cseqs(), ElementsAre(3));
  EXPECT_FALSE(cache.registered_over(new_flow, now.steady));
}

TEST_F(SqliteRecordCacheTest, ARecordThatIsEmptiedNeedsNoPageAnyMore) {
  put(binding(1));
  write(1);
  change([](Record& record) { record.bindings.clear(); });
  EXPECT_THAT(cseqs(), IsEmpty());
  EXPECT_EQ(cache.live_pages().count(), 1);
  write(2);
  EXPECT_EQ(cache.live_pages().count(), 0);
  EXPECT_EQ(change([](Record&) {}), RecordCache::Changed::nothing_to_write);
}

}  // namespace
}  // namespace flowgate::registrar
