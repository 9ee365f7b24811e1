#include "registrar/sqlite/record_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <utility>

#include "registrar/sqlite/schema.h"

namespace flowgate::sqlite {
namespace {

// So many pages, of 4 KiB each, are moved into the database at once: more of them make each checkpoint
// longer, fewer make more of them. It writes each page of the database once, however often that stands in the
// log.
constexpr int most_moved_pages = 4000, most_log_pages = 16'000;
// So many more pages may be free than in use.
constexpr std::size_t spare_pages = 1000;

}  // namespace

RecordLog::RecordLog(const std::filesystem::path& file) : RecordLog(open_database(file)) {
  if (database_.number("SELECT count(*) FROM sqlite_schema WHERE name='records'") != 0) take_over_rows();
}

RecordLog::RecordLog(Database database)
    : database_(std::move(database)),
      begin_(database_.prepare("BEGIN IMMEDIATE")),
      insert_(database_.prepare("INSERT INTO pages VALUES(?1, ?2)")),
      update_(database_.prepare("UPDATE pages SET data=?2 WHERE slot=?1")),
      remove_(database_.prepare("DELETE FROM pages WHERE slot=?1")),
      page_(database_.prepare("SELECT data FROM pages WHERE slot=?1")),
      commit_(database_.prepare("COMMIT")),
      roll_back_(database_.prepare("ROLLBACK")),
      copy_(database_.prepare("VACUUM INTO ?1")) {
  find_pages();
}

std::string RecordLog::damaged(std::int64_t slot) const {
  return database_.file().string() + ": row " + std::to_string(slot) + " of pages is damaged";
}

void RecordLog::find_pages() {
  Statement heads = database_.prepare("SELECT slot, substr(data, 1, 12) FROM pages");
  std::vector<Page> pages;
  while (true) {
    const auto row = heads.step();
    if (!row) throw std::runtime_error(database_.describe(row.error()));
    if (!*row) break;
    const auto head = PageHead::parse(heads.text(1));
    if (!head) throw std::runtime_error(damaged(heads.number(0)));
    pages.push_back({head->number, heads.number(0), head->records});
    records_ += head->records;
    last_slot_ = std::max(last_slot_, heads.number(0));
  }
  std::ranges::sort(pages, {}, &Page::number);
  pages_.assign(pages.begin(), pages.end());
  if (!pages_.empty()) next_number_ = pages_.back().number + 1;
}

// Version 1 of the database had a row for each record.
void RecordLog::take_over_rows() {
  const auto require = [this](const Outcome& outcome) {
    if (!outcome) throw std::runtime_error(database_.describe(outcome.error()));
  };
  require(begin());
  Statement rows = database_.prepare("SELECT aor, record FROM records ORDER BY seq");
  while (true) {
    const auto row = rows.step();
    if (!row) throw std::runtime_error(database_.describe(row.error()));
    if (!*row) break;
    const auto appended = append(rows.text(0), rows.text(1));
    if (!appended) require(appended.error());
  }
  require(database_.execute("DROP TABLE records"));
  require(commit());
}

void RecordLog::read(const Visit& visit) {
  for (auto page = pages_.rbegin(); page != pages_.rend(); ++page) {
    const auto row = page_.bind(1, page->slot).step();
    if (!row) throw std::runtime_error(database_.describe(row.error()));
    const auto read = *row ? ReadPage::parse(page_.text(0)) : std::nullopt;
    if (!read) throw std::runtime_error(damaged(page->slot));
    for (auto entry = read->entries.rbegin(); entry != read->entries.rend(); ++entry)
      visit(page->number, entry->aor, entry->record);
    page_.reset();
  }
}

Outcome RecordLog::begin() {
  before_.records = records_;
  before_.open_records = pages_.empty() ? 0 : pages_.back().records;
  before_.next_number = next_number_;
  before_.last_slot = last_slot_;
  before_.made = 0;
  before_.not_free.clear();
  before_.taken.clear();
  return begin_.run();
}

boost::system::result<std::int64_t> RecordLog::append(std::string_view aor, std::string_view record) {
  if (!is_open_ || !open_.has_room_for(aor, record)) {
    if (const auto opened = open_page(); !opened) return opened.error();
  }
  open_.append(aor, record);
  is_written_ = false;
  ++pages_.back().records;
  ++records_;
  return pages_.back().number;
}

Outcome RecordLog::open_page() {
  if (const auto written = write_open_page(); !written) return written;
  Page page{next_number_++, 0, 0};
  if (free_.empty()) {
    page.slot = ++last_slot_;
  } else {
    page.slot = free_.front();
    free_.pop_front();
    before_.not_free.push_back(page.slot);
  }
  pages_.push_back(page);
  ++before_.made;
  open_.begin(page.number);
  is_open_ = true;
  return {};
}

Outcome RecordLog::write_open_page() {
  if (is_written_) return {};
  const std::int64_t slot = pages_.back().slot;
  if (const auto updated = update_.bind(1, slot).bind_octets(2, open_.octets()).run(); !updated)
    return updated;
  if (database_.changes() == 0) {
    if (const auto inserted = insert_.bind(1, slot).bind_octets(2, open_.octets()).run(); !inserted)
      return inserted;
  }
  is_written_ = true;
  return {};
}

// The page that was the last one stays, and those behind it: what is written anew goes there, and whoever
// says which pages are live does not know of it before the commit.
Outcome RecordLog::take_oldest(std::size_t records, const IsLive& is_live, const VisitOld& visit) {
  const std::int64_t last = pages_.empty() ? 0 : pages_.back().number;
  std::size_t gone = 0;
  while (gone < records && !pages_.empty() && pages_.front().number < last) {
    const Page page = pages_.front();
    if (is_live(page.number)) {
      if (const auto shown = show(page, visit); !shown) return shown;
    }
    before_.taken.push_back(page);
    pages_.pop_front();
    records_ -= page.records;
    gone += page.records;
  }
  return drop_free_pages(2 * before_.taken.size());
}

Outcome RecordLog::drop_free_pages(std::size_t most) {
  for (; most > 0 && free_.size() > pages_.size() + spare_pages; --most) {
    if (const auto removed = remove_.bind(1, free_.front()).run(); !removed) return removed;
    before_.not_free.push_back(free_.front());
    free_.pop_front();
  }
  return {};
}

Outcome RecordLog::show(const Page& page, const VisitOld& visit) {
  const auto row = page_.bind(1, page.slot).step();
  if (!row) return row.error();
  taken_octets_ = *row ? page_.text(0) : std::string_view{};
  page_.reset();
  const auto read = ReadPage::parse(taken_octets_);
  if (!read) return make_error_code(boost::system::errc::illegal_byte_sequence);
  for (const auto& entry : read->entries) {
    if (const auto visited = visit(page.number, entry.aor); !visited) return visited;
  }
  return {};
}

Outcome RecordLog::commit() {
  if (const auto written = write_open_page(); !written) return written;
  if (const auto committed = commit_.run(); !committed) return committed;
  for (const Page& page : before_.taken) free_.push_back(page.slot);
  return {};
}

// SQLite may have done it by itself: then there is no transaction, which is as good. What was open is not
// written to any more.
void RecordLog::roll_back() {
  (void)roll_back_.run();
  pages_.erase(pages_.end() - static_cast<std::ptrdiff_t>(before_.made), pages_.end());
  pages_.insert(pages_.begin(), before_.taken.begin(), before_.taken.end());
  free_.insert(free_.begin(), before_.not_free.begin(), before_.not_free.end());
  if (!pages_.empty()) pages_.back().records = before_.open_records;
  records_ = before_.records;
  next_number_ = before_.next_number;
  last_slot_ = before_.last_slot;
  is_open_ = false;
  is_written_ = true;
}

// An error here is one of the next commits, too; nothing is lost.
void RecordLog::tidy() {
  const bool small = pages_.size() + free_.size() <= most_moved_pages;
  if (database_.log_pages() >= (small ? most_log_pages : most_moved_pages)) (void)database_.checkpoint();
  if (!database_.log_has_room() && begin_.run()) {
    (void)database_.make_room_in_log();
    (void)roll_back_.run();
  }
}

Outcome RecordLog::copy_to(const std::filesystem::path& file) {
  if (const auto copied = copy_.bind(1, std::string_view(file.native())).run(); !copied) return copied;
  // "VACUUM INTO" does not call fsync.
  const int copy = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = copy >= 0 && ::fsync(copy) == 0;
  const int error = errno;
  if (copy >= 0) ::close(copy);
  if (!synced) return boost::system::error_code(error, boost::system::generic_category());
  return {};
}

}  // namespace flowgate::sqlite
