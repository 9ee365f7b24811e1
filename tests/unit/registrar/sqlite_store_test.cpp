#include "registrar/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <functional>
#include <future>
#include <map>

#include "registrar/sqlite/database_check.h"
#include "site.h"
#include "store_folder.h"

namespace flowgate::registrar {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view alice = "alice@example.com", bob = "bob@example.com";
const Flow tcp = flow_from(Protocol::tcp, "192.0.2.1", 40000);
const Flow udp = flow_from(Protocol::udp, "192.0.2.1", 40000);

Binding binding_over(const Flow& flow, std::chrono::seconds expires = 60s) {
  Binding binding;
  binding.contact = binding.uri = "sip:ua@192.0.2.1";
  binding.flow = flow;
  binding.by_flow = true;
  binding.expires = std::chrono::steady_clock::now() + expires;
  return binding;
}

boost::system::error_code update(SqliteStore& store, std::string_view aor, LocationService::Change change) {
  std::promise<boost::system::error_code> told;
  store.update(aor, std::move(change), [&](auto error) { told.set_value(error); });
  return told.get_future().get();
}

boost::system::error_code put(SqliteStore& store, std::string_view aor, const Binding& binding) {
  return update(store, aor, [&](Record& record) { record.bindings.assign(1, binding); });
}

std::vector<Binding> bindings(SqliteStore& store, std::string_view aor) {
  std::vector<Binding> bindings;
  store.lookup(
      aor, [&](const Record& record) { bindings.assign(record.bindings.begin(), record.bindings.end()); });
  return bindings;
}

class SqliteStoreTest : public testing::Test {
 protected:
  std::unique_ptr<SqliteStore> open(std::chrono::seconds ahead = {}) {
    loaded = 0;
    return std::make_unique<SqliteStore>(folder.options(ahead), [this](const Binding&) { ++loaded; });
  }
  // Why the store does not open; without the name of the folder. A check would have said the same.
  std::string refusal() {
    const std::string found = finding();
    const std::string refused = thrown_by([this] { open(); });
    EXPECT_EQ(found, refused);
    return refused;
  }
  // What a check says, which makes and changes no file.
  std::string finding() {
    const auto before = files();
    const std::string found =
        thrown_by([this] { check_sqlite_database(folder.database(), folder.options().clocks()); });
    EXPECT_EQ(files(), before);
    return found;
  }
  std::string thrown_by(const std::function<void()>& action) {
    try {
      action();
      return {};
    } catch (const std::runtime_error& error) {
      const std::string line = error.what(), prefix = folder.path().string() + "/";
      return line.starts_with(prefix) ? line.substr(prefix.size()) : line;
    }
  }
  // Each with the hash of what it holds.
  std::map<std::string, std::size_t> files() {
    std::map<std::string, std::size_t> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      std::ifstream file(entry.path(), std::ios::binary);
      files[entry.path().filename()] = std::hash<std::string>{}({std::istreambuf_iterator<char>(file), {}});
    }
    return files;
  }
  void write(const std::string& text) { std::ofstream(folder.database()) << text; }
  std::string content() {
    std::ifstream file(folder.database(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::int64_t sql(const std::string& text) { return folder.sql(text); }
  void make_older() {
    sql("DROP TABLE pages;"
        "CREATE TABLE records(seq INTEGER PRIMARY KEY, aor TEXT NOT NULL, record BLOB NOT NULL);"
        "PRAGMA user_version=1");
  }

  StoreFolder folder;
  int loaded = 0;
};

TEST_F(SqliteStoreTest, WhatWasAcknowledgedIsThereAfterARestartWithItsExpiry) {
  Binding binding = binding_over(udp, 3600s);
  binding.epoch = 42;
  put(*open(), alice, binding);
  const auto store = open(10min);
  const auto found = bindings(*store, alice);
  ASSERT_EQ(found.size(), 1);
  EXPECT_EQ(found[0].epoch, 42);
  EXPECT_EQ(found[0].flow, udp);
  EXPECT_LT(std::chrono::abs(found[0].expires - (binding.expires - 10min)), 5s);
  EXPECT_EQ(loaded, 1);
  EXPECT_EQ(store->size(), 1);
  EXPECT_TRUE(store->registered_over(udp, std::chrono::steady_clock::now()));
}

TEST_F(SqliteStoreTest, TheNewestVersionIsLoaded) {
  {
    const auto store = open();
    for (std::uint32_t i = 1; i <= 100; ++i) {
      Binding binding = binding_over(udp);
      binding.cseq = i;
      put(*store, alice, binding);
    }
  }
  EXPECT_EQ(bindings(*open(), alice).at(0).cseq, 100);
}

TEST_F(SqliteStoreTest, WhatHasExpiredMeanwhileIsNotLoaded) {
  put(*open(), alice, binding_over(udp, 60s));
  EXPECT_EQ(open(61s)->size(), 0);
}

TEST_F(SqliteStoreTest, WhatWasRemovedStaysSo) {
  {
    const auto store = open();
    put(*store, alice, binding_over(udp));
    EXPECT_FALSE(update(*store, alice, [](Record& record) { record.bindings.clear(); }));
    put(*store, bob, binding_over(udp));
    store->remove_flow(udp);
    EXPECT_EQ(store->size(), 0);
  }
  EXPECT_EQ(open()->size(), 0);
}

// A connection ended with its process; the flow of a Path did not, nor did what is reached by its URI.
TEST_F(SqliteStoreTest, BindingsOfConnectionsAreNotLoaded) {
  {
    const auto store = open();
    put(*store, alice, binding_over(tcp));
    Binding along_path = binding_over(tcp);
    along_path.path = "<sip:token@edge.example.com;lr;ob>";
    along_path.by_flow = false;
    put(*store, bob, along_path);
  }
  const auto store = open();
  EXPECT_THAT(bindings(*store, alice), IsEmpty());
  EXPECT_EQ(bindings(*store, bob).size(), 1);
}

// Nor is an older version of them.
TEST_F(SqliteStoreTest, ARecordThatHasMovedToAConnectionIsGone) {
  {
    const auto store = open();
    put(*store, alice, binding_over(udp));
    put(*store, alice, binding_over(tcp));
  }
  EXPECT_EQ(open()->size(), 0);
}

TEST_F(SqliteStoreTest, WhatDoesNotCountAnyMoreIsTakenAway) {
  constexpr int aors = 50, rounds = 600;
  {
    const auto store = open();
    for (int i = 0; i < aors * rounds; ++i) {
      Binding binding = binding_over(udp);
      binding.cseq = static_cast<std::uint32_t>(i / aors);
      store->update(
          "ua" + std::to_string(i % aors) + "@example.com",
          [&](Record& record) { record.bindings.assign(1, binding); }, [](auto) {});
    }
    put(*store, alice, binding_over(udp));
  }
  // All of them would take more than a thousand pages.
  EXPECT_LT(sql("SELECT count(*) FROM pages"), 600);
  const auto store = open();
  EXPECT_EQ(store->size(), aors + 1);
  EXPECT_EQ(bindings(*store, "ua7@example.com").at(0).cseq, rounds - 1);
}

// It is the oldest row that comes first, and still counts.
TEST_F(SqliteStoreTest, WhatIsNeverRefreshedIsKept) {
  {
    const auto store = open();
    put(*store, alice, binding_over(udp));
    for (int i = 0; i < 30'000; ++i) {
      store->update(
          bob, [&](Record& record) { record.bindings.assign(1, binding_over(udp)); }, [](auto) {});
    }
  }
  EXPECT_EQ(sql("SELECT count(*) FROM pages WHERE substr(data, 1, 8)=x'0000000000000001'"), 0);
  EXPECT_EQ(bindings(*open(), alice).size(), 1);
}

// As a process leaves it that is killed.
TEST_F(SqliteStoreTest, TheRoomInTheWriteAheadLogHoldsNoRecords) {
  const auto store = open();
  put(*store, alice, binding_over(udp));
  put(*store, bob, binding_over(udp));
  store->stop();
  const std::filesystem::path log = folder.database().string() + "-wal";
  EXPECT_GE(std::filesystem::file_size(log), 1024 * 1024);
  StoreFolder other;
  std::filesystem::copy(folder.database(), other.database());
  std::filesystem::copy(log, other.database().string() + "-wal");
  SqliteStore killed(other.options(), [](const Binding&) {});
  EXPECT_EQ(killed.size(), 2);
  EXPECT_FALSE(put(killed, alice, binding_over(udp)));
}

TEST_F(SqliteStoreTest, BeyondTheLimitUpdatesFailAtOnce) {
  auto options = folder.options();
  options.max_pending = 1;
  SqliteStore store(options, [](const Binding&) {});
  std::atomic<int> done{0}, failed{0};
  for (int i = 0; i < 1000; ++i) {
    store.update(
        alice, [](Record& record) { record.bindings.assign(1, binding_over(udp)); },
        [&](auto error) { ++(error ? failed : done); });
  }
  store.stop();
  EXPECT_EQ(done + failed, 1000);
  EXPECT_GT(failed, 0);
  EXPECT_GT(done, 0);
  EXPECT_EQ(store.size(), 1);
}

TEST_F(SqliteStoreTest, AfterItHasStoppedUpdatesFail) {
  const auto store = open();
  store->stop();
  EXPECT_TRUE(put(*store, alice, binding_over(udp)));
}

TEST_F(SqliteStoreTest, AForeignOrDamagedFileIsRefusedAndLeftAsItIs) {
  write("Dear Alice,\n" + std::string(2000, '.'));
  const std::string letter = content();
  EXPECT_EQ(thrown_by([this] { open(); }), "flowgate.db: file is not a database");
  EXPECT_EQ(finding(), "flowgate.db: this is no flowgate database");
  EXPECT_EQ(content(), letter);
  std::filesystem::remove(folder.database());
  sql("CREATE TABLE recipes(name TEXT)");
  EXPECT_EQ(refusal(), "flowgate.db: this is no flowgate database");
  EXPECT_EQ(sql("SELECT count(*) FROM recipes"), 0);
}

// Page 1, of one record: the AOR has 3 octets, what is known of it 2.
TEST_F(SqliteStoreTest, ADamagedRecordIsRefused) {
  put(*open(), alice, binding_over(udp));
  sql("UPDATE pages SET data=x'000000000000000100000001000000030000000261406201ff'");
  EXPECT_EQ(refusal(), "flowgate.db: a@b: a malformed record");
}

TEST_F(SqliteStoreTest, ADamagedPageOfRecordsIsRefused) {
  put(*open(), alice, binding_over(udp));
  for (const char* data : {"x'0000000000000001000000010000000300000002614062'", "x'00'"}) {
    sql("UPDATE pages SET data=" + std::string(data));
    EXPECT_EQ(refusal(), "flowgate.db: row 1 of pages is damaged");
  }
}

TEST_F(SqliteStoreTest, ADatabaseWithDamagedPagesIsRefused) {
  {
    const auto store = open();
    for (int i = 0; i < 500; ++i) put(*store, "ua" + std::to_string(i) + "@example.com", binding_over(udp));
  }
  std::string octets = content();
  ASSERT_GT(octets.size(), 8 * 4096);
  for (std::size_t page = 5; page * 4096 < octets.size(); ++page)
    octets.replace(page * 4096, 400, 400, '\xee');
  write(octets);
  EXPECT_EQ(refusal(), "flowgate.db: database disk image is malformed");
  EXPECT_EQ(content(), octets);
}

TEST_F(SqliteStoreTest, ALaterVersionIsRefused) {
  open();
  sql("PRAGMA user_version=99");
  EXPECT_EQ(refusal(), "flowgate.db: made by a later flowgate: version 99 of the database, and this is 2");
}

TEST_F(SqliteStoreTest, AnotherProcessWithTheSameDatabaseIsRefused) {
  const auto store = open();
  EXPECT_EQ(thrown_by([this] { open(); }), "flowgate.db: another flowgate is using it");
}

// As a process leaves it that is killed, with and without what SQLite finds its way through the log by.
TEST_F(SqliteStoreTest, ACheckLeavesTheLogOfAKilledProcessAsItIs) {
  StoreFolder killed;
  const auto copy = [&](const char* end) {
    std::filesystem::copy(killed.database().string() + end, folder.database().string() + end);
  };
  SqliteStore store(killed.options(), [](const Binding&) {});
  put(store, alice, binding_over(udp));
  store.stop();
  killed.sql("UPDATE pages SET data=x'00'");
  copy("");
  copy("-wal");
  EXPECT_EQ(finding(), "");
  copy("-shm");
  EXPECT_EQ(finding(), "flowgate.db: row 1 of pages is damaged");
}

TEST_F(SqliteStoreTest, ACheckMakesNoDatabase) {
  EXPECT_EQ(finding(), "");
  write("");
  EXPECT_EQ(finding(), "");
}

// Of version 1, which had a row for each record.
TEST_F(SqliteStoreTest, ACheckLeavesAnOlderVersionAsItIs) {
  open();
  make_older();
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(sql("PRAGMA user_version"), 2);
}

TEST_F(SqliteStoreTest, AnOlderVersionWithDamagedPagesIsRefused) {
  open();
  make_older();
  sql("WITH RECURSIVE count(n) AS (VALUES(1) UNION ALL SELECT n+1 FROM count WHERE n<50) "
      "INSERT INTO records SELECT n, 'ua' || n || '@example.com', zeroblob(1000) FROM count");
  std::string octets = content();
  ASSERT_GT(octets.size(), 12 * 4096);
  for (std::size_t page = 10; page * 4096 < octets.size(); ++page)
    octets.replace(page * 4096, 400, 400, '\xee');
  write(octets);
  EXPECT_EQ(refusal(), "flowgate.db: database disk image is malformed");
}

TEST_F(SqliteStoreTest, AMissingFolderIsNamed) {
  auto options = folder.options();
  options.file = folder.path() / "nowhere" / "flowgate.db";
  try {
    const SqliteStore store(options, [](const Binding&) {});
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("nowhere/flowgate.db"));
  }
}

TEST_F(SqliteStoreTest, AFileThatIsTakenAwayIsPutBack) {
  {
    const auto store = open();
    put(*store, alice, binding_over(udp));
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(folder.database().string() + end);
    EXPECT_FALSE(put(*store, bob, binding_over(udp)));
  }
  const auto store = open();
  EXPECT_EQ(bindings(*store, alice).size(), 1);
  EXPECT_EQ(bindings(*store, bob).size(), 1);
}

TEST_F(SqliteStoreTest, AFileInItsPlaceIsLeftAlone) {
  const auto store = open();
  put(*store, alice, binding_over(udp));
  std::filesystem::remove(folder.database());
  write("Dear Alice,");
  EXPECT_TRUE(put(*store, bob, binding_over(udp)));
  EXPECT_EQ(content(), "Dear Alice,");
  ASSERT_EQ(folder.reports().size(), 1);
  EXPECT_THAT(folder.reports()[0], HasSubstr("another file stands in the place of the database"));
}

// Also by a shell that was left open.
TEST_F(SqliteStoreTest, WhileSomebodyElseWritesUpdatesFailAndThenGoOn) {
  const auto store = open();
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(folder.database().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_TRUE(put(*store, alice, binding_over(udp)));
  EXPECT_EQ(store->size(), 0);
  sqlite3_close(other);
  EXPECT_FALSE(put(*store, alice, binding_over(udp)));
  EXPECT_THAT(folder.reports(),
              ElementsAre(HasSubstr("database is locked"), HasSubstr("can be written again")));
}

}  // namespace
}  // namespace flowgate::registrar
