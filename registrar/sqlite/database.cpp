#include "registrar/sqlite/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>

namespace flowgate::sqlite {
namespace {

constexpr int busy_timeout_ms = 2000;
// "The SQLite Database File Format", §4.1: a header of 24 octets and a page.
constexpr sqlite3_int64 log_frame = 24 + 4096;
// The frames that a large commit appends.
constexpr sqlite3_int64 least_log_room = 64;
// In pieces of 64 KiB.
constexpr std::size_t log_growth = 16;

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "sqlite"; }
  std::string message(int error) const override { return sqlite3_errstr(error); }
};

boost::system::error_code error_of(int code) {
  return {code, category()};
}

boost::system::error_code last_error(sqlite3* database) {
  return error_of(sqlite3_extended_errcode(database));
}

// The log and the index beside it get the mode of the database: it holds what passwords can be checked with.
std::string make_empty(const std::filesystem::path& file) {
  const int made = ::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (made >= 0) ::close(made);
  return file.string();
}

// "Uniform Resource Identifiers", §3.1 of SQLite's documentation.
std::string uri_of(const std::filesystem::path& file, std::string_view query) {
  std::string uri = "file:";
  for (const char each : file.string()) {
    if (each == '%') {
      uri += "%25";
    } else if (each == '?') {
      uri += "%3f";
    } else if (each == '#') {
      uri += "%23";
    } else {
      uri += each;
    }
  }
  return (uri += '?') += query;
}

bool has_content(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  return !error && size > 0;
}

}  // namespace

const boost::system::error_category& category() {
  static const Category category;
  return category;
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement::Statement(sqlite3* database, std::string_view text) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database, text.data(), static_cast<int>(text.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  statement_.reset(statement);
  if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(database));
}

Statement& Statement::bind(int parameter, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), parameter, value);
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
  sqlite3_bind_text64(statement_.get(), parameter, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind_octets(int parameter, std::string_view octets) {
  sqlite3_bind_blob64(statement_.get(), parameter, octets.data(), octets.size(), SQLITE_STATIC);
  return *this;
}

boost::system::result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  const auto error = last_error(sqlite3_db_handle(statement_.get()));
  sqlite3_reset(statement_.get());
  if (code == SQLITE_DONE) return false;
  return {boost::system::in_place_error, error};
}

Outcome Statement::run() {
  while (true) {
    const auto row = step();
    if (!row) return row.error();
    if (!*row) return {};
  }
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::text(int column) const {
  const auto* octets = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return octets == nullptr ? std::string_view{} : std::string_view(octets, static_cast<std::size_t>(size));
}

void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

Database::Database(const std::filesystem::path& file)
    : Database(file, make_empty(file), SQLITE_OPEN_READWRITE) {}

// "Write-Ahead Logging", §9 (read-only databases): a log that holds something belongs to the database, and is
// found through its index, which is not to be mended here. Without a log nobody has the database open, and
// none is made when SQLite is told that nobody will.
std::optional<Database> Database::open_to_read(const std::filesystem::path& file) {
  const std::string beside = file.string();
  const bool has_log = has_content(beside + "-wal");
  if (has_log && !has_content(beside + "-shm")) return std::nullopt;
  return Database(file, uri_of(file, has_log ? "readonly_shm=1" : "immutable=1"),
                  SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
}

Database::Database(const std::filesystem::path& file, const std::string& name, int flags) : file_(file) {
  // Nobody asks SQLite how much memory it has, and to know it takes a lock for each piece.
  [[maybe_unused]] static const int no_statistics = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &database, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  database_.reset(database);
  if (database == nullptr) throw std::runtime_error(file.string() + ": out of memory");
  if (code != SQLITE_OK) throw std::runtime_error(describe(last_error(database)));
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, busy_timeout_ms);
  // Whoever writes moves the log into the database when he has time, not when a commit waits.
  sqlite3_wal_hook(
      database,
      [](void* log_pages, sqlite3*, const char*, int pages) {
        *static_cast<int*>(log_pages) = pages;
        return SQLITE_OK;
      },
      log_pages_.get());
}

Statement Database::prepare(std::string_view text) {
  try {
    return {database_.get(), text};
  } catch (const std::runtime_error&) {
    throw std::runtime_error(describe(last_error(database_.get())));
  }
}

Outcome Database::execute(const char* text) {
  if (sqlite3_exec(database_.get(), text, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return last_error(database_.get());
}

std::int64_t Database::number(std::string_view query) {
  Statement statement = prepare(query);
  const auto row = statement.step();
  if (!row) throw std::runtime_error(describe(row.error()));
  return *row ? statement.number(0) : 0;
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(database_.get());
}

bool Database::has_moved() const {
  int moved = 0;
  sqlite3_file_control(database_.get(), nullptr, SQLITE_FCNTL_HAS_MOVED, &moved);
  return moved != 0;
}

sqlite3_file* Database::log_file() const {
  sqlite3_file* log = nullptr;
  sqlite3_file_control(database_.get(), nullptr, SQLITE_FCNTL_JOURNAL_POINTER, &log);
  return log != nullptr && log->pMethods != nullptr ? log : nullptr;
}

bool Database::log_has_room() {
  const sqlite3_int64 wanted = log_frame * (sqlite3_int64{*log_pages_} + least_log_room);
  if (log_size_ >= wanted) return true;
  sqlite3_file* const log = log_file();
  sqlite3_int64 size = 0;
  if (log == nullptr || log->pMethods->xFileSize(log, &size) != SQLITE_OK) return true;
  log_size_ = size;
  return log_size_ >= wanted;
}

Outcome Database::make_room_in_log() {
  static constexpr std::array<char, 65'536> zeros{};
  sqlite3_file* const log = log_file();
  sqlite3_int64 size = 0;
  int code = log == nullptr ? SQLITE_MISUSE : log->pMethods->xFileSize(log, &size);
  for (std::size_t i = 0; i < log_growth && code == SQLITE_OK; ++i, size += zeros.size())
    code = log->pMethods->xWrite(log, zeros.data(), zeros.size(), size);
  log_size_ = size;
  if (code == SQLITE_OK) return {};
  return error_of(code);
}

Outcome Database::checkpoint() {
  const int code =
      sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code == SQLITE_OK) return {};
  return last_error(database_.get());
}

std::string Database::describe(const boost::system::error_code& error) const {
  std::string line = file_.string() + ": " + error.message();
  const int system = sqlite3_system_errno(database_.get());
  const int kind = error.value() & 0xff;
  if (system != 0 && (kind == SQLITE_CANTOPEN || kind == SQLITE_IOERR)) {
    line += " (" + std::generic_category().message(system) + ")";
  }
  return line;
}

}  // namespace flowgate::sqlite
