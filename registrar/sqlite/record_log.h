// The records in a database: a log of pages, which is written at its end and taken away at its beginning. The
// pages that were taken are written anew, the oldest first: so a transaction changes hardly more of the
// database than what it writes.
//
// Of an AOR the newest record counts. What is taken away must be dead, or have been appended anew before.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "registrar/sqlite/database.h"
#include "registrar/sqlite/record_page.h"

namespace flowgate::sqlite {

// One thread at a time.
class RecordLog {
 public:
  // Throws as open_database() does.
  explicit RecordLog(const std::filesystem::path& file);
  // Of this version, and when it was opened to read, for reading alone.
  explicit RecordLog(Database database);

  // Calls `visit` with each record and the number of its page, the newest first. Throws std::runtime_error
  // when the file is damaged; passes on what `visit` throws.
  using Visit = std::function<void(std::int64_t page, std::string_view aor, std::string_view record)>;
  void read(const Visit& visit);

  // A transaction. On an error of any step roll_back() is due, and leaves nothing of it.
  [[nodiscard]] Outcome begin();
  // The number of the page where it is.
  [[nodiscard]] boost::system::result<std::int64_t> append(std::string_view aor, std::string_view record);
  // Takes the oldest pages away, until `records` have gone; none that is written to in this transaction, if
  // this comes first in it. What is in those that are live is shown to `visit` first, which may append. When
  // many more pages are free than in use, SQLite gets some back.
  using IsLive = std::function<bool(std::int64_t page)>;
  using VisitOld = std::function<Outcome(std::int64_t page, std::string_view aor)>;
  [[nodiscard]] Outcome take_oldest(std::size_t records, const IsLive& is_live, const VisitOld& visit);
  // As durable as the disk.
  [[nodiscard]] Outcome commit();
  void roll_back();

  // How many records there are, those that do not count among them.
  std::size_t records() const { return records_; }
  // The number of the oldest page.
  std::int64_t first_page() const { return pages_.empty() ? next_number_ : pages_.front().number; }

  // After commit, when nobody waits.
  void tidy();
  // Not at its path any more.
  bool has_moved() const { return database_.has_moved(); }
  // A copy, in a file of its own that must not be there yet; durable.
  [[nodiscard]] Outcome copy_to(const std::filesystem::path& file);

  std::string describe(const boost::system::error_code& error) const { return database_.describe(error); }

 private:
  struct Page {
    std::int64_t number;
    std::int64_t slot;  // its row
    std::size_t records;
  };
  // What it was before the transaction.
  struct Before {
    std::size_t records = 0;
    std::size_t open_records = 0;  // of the page that was open
    std::int64_t next_number = 1, last_slot = 0;
    std::size_t made = 0;                // pages since then
    std::vector<std::int64_t> not_free;  // slots that were
    std::vector<Page> taken;
  };

  void find_pages();
  void take_over_rows();
  std::string damaged(std::int64_t slot) const;
  Outcome drop_free_pages(std::size_t most);
  Outcome show(const Page& page, const VisitOld& visit);
  Outcome open_page();
  Outcome write_open_page();

  Database database_;
  Statement begin_, insert_, update_, remove_, page_, commit_, roll_back_, copy_;
  std::deque<Page> pages_;         // the oldest first
  std::deque<std::int64_t> free_;  // slots of pages that were taken, the oldest first
  std::int64_t next_number_ = 1, last_slot_ = 0;
  std::size_t records_ = 0;
  RecordPage open_;         // the last of pages_, when is_open_
  bool is_open_ = false;    // it may have room
  bool is_written_ = true;  // nothing is in it that is not in the database
  std::string taken_octets_;
  Before before_;
};

}  // namespace flowgate::sqlite
