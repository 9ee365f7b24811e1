#include "registrar/sqlite/record_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>

#include "store_folder.h"

namespace flowgate::sqlite {
namespace {

using testing::ElementsAre;

class RecordLogTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    log.reset();
    log = std::make_unique<RecordLog>(folder.database());
  }
  void append(const std::vector<std::string>& aors, const std::string& record = "record") {
    ASSERT_TRUE(log->begin());
    for (const std::string& aor : aors) ASSERT_TRUE(log->append(aor, record));
    ASSERT_TRUE(log->commit());
  }
  std::vector<std::string> read() {
    std::vector<std::string> aors;
    log->read([&](std::int64_t, std::string_view aor, std::string_view) { aors.emplace_back(aor); });
    return aors;
  }
  std::int64_t sql(const std::string& text) { return folder.sql(text); }

  const std::string large = std::string(1000, 'x');  // of which a page holds three
  registrar::StoreFolder folder;
  std::unique_ptr<RecordLog> log;
};

TEST_F(RecordLogTest, ShowsTheNewestFirst) {
  append({"alice", "bob"});
  append({"carol"});
  EXPECT_THAT(read(), ElementsAre("carol", "bob", "alice"));
  open();
  append({"dave"});
  open();
  EXPECT_THAT(read(), ElementsAre("dave", "carol", "bob", "alice"));
  EXPECT_EQ(log->records(), 4);
}

TEST_F(RecordLogTest, ATransactionThatIsRolledBackLeavesNothing) {
  append({"alice"});
  ASSERT_TRUE(log->begin());
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(log->append("bob", large));
  log->roll_back();
  EXPECT_EQ(log->records(), 1);
  append({"carol"});
  EXPECT_THAT(read(), ElementsAre("carol", "alice"));
  open();
  EXPECT_THAT(read(), ElementsAre("carol", "alice"));
}

TEST_F(RecordLogTest, WhatWasTakenIsThereAgainAfterARollBack) {
  append({"a", "b", "c", "d", "e", "f"}, large);
  ASSERT_TRUE(log->begin());
  ASSERT_TRUE(log->take_oldest(
      3, [](std::int64_t) { return false; }, [](std::int64_t, std::string_view) { return Outcome{}; }));
  EXPECT_EQ(log->records(), 3);
  log->roll_back();
  EXPECT_EQ(log->records(), 6);
  EXPECT_THAT(read(), ElementsAre("f", "e", "d", "c", "b", "a"));
}

TEST_F(RecordLogTest, ShowsWhatIsInALivePageBeforeItTakesIt) {
  append({"a", "b", "c", "d", "e", "f", "g"}, large);
  std::vector<std::string> shown;
  ASSERT_TRUE(log->begin());
  ASSERT_TRUE(log->take_oldest(
      6, [](std::int64_t page) { return page == 2; },
      [&](std::int64_t page, std::string_view aor) -> Outcome {
        EXPECT_EQ(page, 2);
        shown.emplace_back(aor);
        const auto anew = log->append(aor, large);
        if (!anew) return anew.error();
        return {};
      }));
  ASSERT_TRUE(log->commit());
  EXPECT_THAT(shown, ElementsAre("d", "e", "f"));
  EXPECT_EQ(log->first_page(), 3);
  EXPECT_THAT(read(), ElementsAre("f", "e", "d", "g"));
}

// Until the commit nobody knows that the page where it is now is live.
TEST_F(RecordLogTest, WhatIsWrittenAnewIsNotTakenInTheSameTransaction) {
  append({"a", "b", "c", "d", "e", "f", "g"}, large);
  ASSERT_TRUE(log->begin());
  ASSERT_TRUE(log->take_oldest(
      1000, [](std::int64_t page) { return page <= 3; },
      [&](std::int64_t page, std::string_view aor) -> Outcome {
        if (page > 3) return {};
        const auto anew = log->append(aor, large);
        if (!anew) return anew.error();
        return {};
      }));
  ASSERT_TRUE(log->commit());
  EXPECT_THAT(read(), ElementsAre("f", "e", "d", "c", "b", "a", "g"));
}

TEST_F(RecordLogTest, PagesThatWereTakenAreWrittenAnew) {
  for (int round = 0; round < 100; ++round) {
    ASSERT_TRUE(log->begin());
    ASSERT_TRUE(log->take_oldest(
        6, [](std::int64_t) { return false; }, [](std::int64_t, std::string_view) { return Outcome{}; }));
    for (int i = 0; i < 6; ++i) ASSERT_TRUE(log->append("alice", large));
    ASSERT_TRUE(log->commit());
  }
  EXPECT_LE(sql("SELECT count(*) FROM pages"), 6);
}

// After a peak: not at once, nor in one transaction.
TEST_F(RecordLogTest, PagesThatNobodyNeedsGo) {
  append(std::vector<std::string>(9000, "alice"), large);
  EXPECT_EQ(sql("SELECT count(*) FROM pages"), 3000);
  for (int round = 0; round < 100; ++round) {
    ASSERT_TRUE(log->begin());
    ASSERT_TRUE(log->take_oldest(
        300, [](std::int64_t) { return false; }, [](std::int64_t, std::string_view) { return Outcome{}; }));
    ASSERT_TRUE(log->append("alice", large));
    ASSERT_TRUE(log->commit());
  }
  EXPECT_LT(sql("SELECT count(*) FROM pages"), 1200);
  EXPECT_GT(sql("SELECT count(*) FROM pages"), 900);
}

TEST_F(RecordLogTest, ARecordMayBeLongerThanAPage) {
  const std::string longer(100'000, 'y');
  append({"alice"}, longer);
  append({"bob"});
  open();
  std::size_t size = 0;
  log->read([&](std::int64_t, std::string_view aor, std::string_view record) {
    if (aor == "alice") size = record.size();
  });
  EXPECT_EQ(size, longer.size());
}

TEST_F(RecordLogTest, RowsOfTheFirstVersionAreTakenOver) {
  log.reset();
  sql("DROP TABLE pages; PRAGMA user_version=1;"
      "CREATE TABLE records(seq INTEGER PRIMARY KEY, aor TEXT NOT NULL, record BLOB NOT NULL);"
      "INSERT INTO records VALUES(7, 'alice', x'01'), (8, 'bob', x'02'), (9, 'alice', x'03')");
  for (int start = 0; start < 2; ++start) {
    open();
    EXPECT_THAT(read(), ElementsAre("alice", "bob", "alice"));
    EXPECT_EQ(log->records(), 3);
  }
  EXPECT_EQ(sql("SELECT count(*) FROM sqlite_schema WHERE name='records'"), 0);
}

// Whatever is appended, taken, rolled back: whoever reads the log finds the newest record of each AOR, and
// never one that a newer one has replaced. An AOR that is gone has an empty record, which does not count.
TEST_F(RecordLogTest, OfEachAorTheNewestRecordIsFound) {
  std::mt19937 random{4};
  struct Known {
    std::string record;
    std::int64_t page = 0;
  };
  std::map<std::string, Known> known;
  for (int round = 0; round < 400; ++round) {
    auto next = known;
    ASSERT_TRUE(log->begin());
    if (random() % 2 == 0) {
      const auto is_live = [&](std::int64_t page) {
        return std::ranges::any_of(next, [page](const auto& each) { return each.second.page == page; });
      };
      ASSERT_TRUE(
          log->take_oldest(random() % 40, is_live, [&](std::int64_t page, std::string_view aor) -> Outcome {
            Known& kept = next[std::string(aor)];
            if (kept.page == page) kept.page = *log->append(aor, kept.record);
            return {};
          }));
    }
    for (std::size_t i = random() % 20; i > 0; --i) {
      const std::string aor = "ua" + std::to_string(random() % 30);
      const std::string record =
          random() % 4 == 0 ? "" : std::to_string(random()) + std::string(random() % 900, ' ');
      const std::int64_t page = *log->append(aor, record);
      next[aor] = {record, record.empty() ? 0 : page};
    }
    if (random() % 5 == 0) {
      log->roll_back();
    } else {
      ASSERT_TRUE(log->commit());
      known = next;
    }
    if (random() % 10 == 0) open();
    std::map<std::string, std::string> found;
    log->read([&](std::int64_t, std::string_view aor, std::string_view record) {
      found.try_emplace(std::string(aor), record);
    });
    for (const auto& [aor, kept] : known) {
      const auto newest = found.find(aor);
      EXPECT_EQ(newest == found.end() ? "" : newest->second, kept.record) << aor << " in round " << round;
    }
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace flowgate::sqlite
