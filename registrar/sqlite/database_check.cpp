#include "registrar/sqlite/database_check.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

#include "registrar/record_codec.h"
#include "registrar/sqlite/process_lock.h"
#include "registrar/sqlite/record_log.h"
#include "registrar/sqlite/schema.h"

namespace flowgate::registrar {
namespace {

[[noreturn]] void refuse(const sqlite::Database& database, int code) {
  throw std::runtime_error(database.describe({code, sqlite::category()}));
}

// "PRAGMA quick_check" answers ok, or says at length what is damaged; a start says only that something is.
void check_pages(sqlite::Database& database) {
  sqlite::Statement check = database.prepare("PRAGMA quick_check(1)");
  const auto row = check.step();
  if (!row) refuse(database, row.error().value());
  if (!*row || check.text(0) != "ok") refuse(database, SQLITE_CORRUPT);
}

void check_records(sqlite::Database database, const ClockReading& clocks) {
  const std::string file = database.file().string();
  sqlite::RecordLog(std::move(database))
      .read([&](std::int64_t, std::string_view aor, std::string_view octets) {
        if (const auto record = decode_record(octets, clocks); !record)
          throw std::runtime_error(file + ": " + std::string(aor) + ": " + record.error().message());
      });
}

}  // namespace

void check_sqlite_database(const std::filesystem::path& file, const ClockReading& clocks) {
  sqlite::check_database(file);
  sqlite::ProcessLock::check(file);
  std::error_code ignored;
  const auto size = std::filesystem::file_size(file, ignored);
  if (ignored || size == 0) return;
  auto database = sqlite::Database::open_to_read(file);
  if (!database) return;
  if (::faccessat(AT_FDCWD, file.c_str(), W_OK, AT_EACCESS) != 0) refuse(*database, SQLITE_READONLY);
  const std::int64_t version = sqlite::version_of(*database);
  check_pages(*database);
  // An older one has other tables, until a start brings it to this version.
  if (version == sqlite::schema_version) check_records(std::move(*database), clocks);
}

}  // namespace flowgate::registrar
