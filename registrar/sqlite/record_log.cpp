#include "registrar/sqlite/record_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string>

#include "registrar/sqlite/schema.h"

namespace flowgate::sqlite {
namespace {

// A page has 4 KiB. More of them make each checkpoint longer, fewer make more of them.
constexpr int most_log_pages = 4000;

}  // namespace

RecordLog::RecordLog(const std::filesystem::path& file)
    : database_(open_database(file)),
      begin_(database_.prepare("BEGIN IMMEDIATE")),
      append_(database_.prepare("INSERT INTO records VALUES(?1, ?2, ?3)")),
      aor_(database_.prepare("SELECT aor FROM records WHERE seq=?1")),
      take_(database_.prepare("DELETE FROM records WHERE seq<=?1")),
      commit_(database_.prepare("COMMIT")),
      roll_back_(database_.prepare("ROLLBACK")),
      copy_(database_.prepare("VACUUM INTO ?1")),
      first_(database_.number("SELECT coalesce(min(seq), 1) FROM records")),
      last_(database_.number("SELECT coalesce(max(seq), 0) FROM records")),
      committed_first_(first_),
      committed_last_(last_) {}

void RecordLog::read(const Visit& visit) {
  Statement rows = database_.prepare("SELECT seq, aor, record FROM records ORDER BY seq DESC");
  while (true) {
    const auto row = rows.step();
    if (!row) throw std::runtime_error(database_.describe(row.error()));
    if (!*row) return;
    visit(rows.number(0), rows.text(1), rows.text(2));
  }
}

Outcome RecordLog::begin() {
  return begin_.run();
}

boost::system::result<std::int64_t> RecordLog::append(std::string_view aor, std::string_view record) {
  const auto appended = append_.bind(1, last_ + 1).bind(2, aor).bind_octets(3, record).run();
  if (!appended) return appended.error();
  return ++last_;
}

Outcome RecordLog::take_oldest(std::size_t most, const Next& next, const VisitOld& visit) {
  const std::int64_t end = std::min(first_ + static_cast<std::int64_t>(most), last_ + 1);
  if (end <= first_) return {};
  for (auto seq = next(first_, end); seq; seq = next(*seq + 1, end)) {
    const auto row = aor_.bind(1, *seq).step();
    if (!row) return row.error();
    if (!*row) continue;
    const auto visited = visit(*seq, aor_.text(0));
    aor_.reset();
    if (!visited) return visited;
  }
  if (const auto taken = take_.bind(1, end - 1).run(); !taken) return taken;
  first_ = end;
  return {};
}

Outcome RecordLog::commit() {
  if (const auto committed = commit_.run(); !committed) return committed;
  committed_first_ = first_;
  committed_last_ = last_;
  return {};
}

// SQLite may have done it by itself: then there is no transaction, which is as good.
void RecordLog::roll_back() {
  (void)roll_back_.run();
  first_ = committed_first_;
  last_ = committed_last_;
}

// An error here is one of the next commits, too; nothing is lost.
void RecordLog::tidy() {
  if (database_.log_pages() >= most_log_pages) (void)database_.checkpoint();
  if (!database_.log_has_room() && begin_.run()) {
    (void)database_.make_room_in_log();
    roll_back();
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
