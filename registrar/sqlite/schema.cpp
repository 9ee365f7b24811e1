#include "registrar/sqlite/schema.h"

#include <array>
#include <fstream>
#include <stdexcept>
#include <string>

namespace flowgate::sqlite {
namespace {

constexpr std::int64_t application_id = 0x666c6f77;  // "flow", for file(1) and for ourselves

// The n-th brings a database of version n to version n + 1.
constexpr std::array<const char*, schema_version> migrations{
    "CREATE TABLE records(seq INTEGER PRIMARY KEY, aor TEXT NOT NULL, record BLOB NOT NULL);"
    "CREATE TABLE users(name TEXT PRIMARY KEY, aors TEXT NOT NULL, ha1_md5 TEXT NOT NULL,"
    " ha1_sha256 TEXT NOT NULL, ha1_sha512_256 TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE changes(users INTEGER NOT NULL);"
    "INSERT INTO changes VALUES(0);"
    "CREATE TRIGGER user_put AFTER INSERT ON users BEGIN UPDATE changes SET users=users+1; END;"
    "CREATE TRIGGER user_changed AFTER UPDATE ON users BEGIN UPDATE changes SET users=users+1; END;"
    "CREATE TRIGGER user_removed AFTER DELETE ON users BEGIN UPDATE changes SET users=users+1; END;"
    "PRAGMA application_id=0x666c6f77;",
    // Whoever writes the log moves the records there.
    "CREATE TABLE pages(slot INTEGER PRIMARY KEY, data BLOB NOT NULL);",
};

void require(const Database& database, const Outcome& outcome) {
  if (!outcome) throw std::runtime_error(database.describe(outcome.error()));
}

// Two processes may do this at once; the second finds it done.
void migrate(Database& database) {
  require(database, database.execute("BEGIN IMMEDIATE"));
  const std::int64_t version = version_of(database);
  for (auto next = static_cast<std::size_t>(version); next < migrations.size(); ++next) {
    require(database, database.execute(migrations.at(next)));
  }
  if (version < schema_version) {
    require(database, database.execute(("PRAGMA user_version=" + std::to_string(schema_version)).c_str()));
  }
  require(database, database.execute("COMMIT"));
}

}  // namespace

std::int64_t version_of(Database& database) {
  const std::string file = database.file().string();
  const std::int64_t version = database.number("PRAGMA user_version");
  const bool ours = database.number("PRAGMA application_id") == application_id;
  if (!ours && (version != 0 || database.number("SELECT count(*) FROM sqlite_schema") != 0)) {
    throw std::runtime_error(file + ": this is no flowgate database");
  }
  if (version < 0 || version > schema_version) {
    throw std::runtime_error(file + ": made by a later flowgate: version " + std::to_string(version) +
                             " of the database, and this is " + std::to_string(schema_version));
  }
  return version;
}

Database open_database(const std::filesystem::path& file) {
  Database database(file);
  migrate(database);
  // One fsync for each commit, of the log alone; readers do not wait for whoever writes.
  Statement mode = database.prepare("PRAGMA journal_mode=WAL");
  const auto row = mode.step();
  if (!row) throw std::runtime_error(database.describe(row.error()));
  if (!*row || mode.text(0) != "wal") {
    throw std::runtime_error(file.string() + ": this file system cannot hold a write-ahead log");
  }
  mode.reset();
  require(database, database.execute("PRAGMA synchronous=FULL; PRAGMA cache_size=-16384"));
  return database;
}

// "The SQLite Database File Format": the application id is at octet 68, highest octet first. An empty file
// will do.
void check_database(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_directory(file.parent_path(), error)) {
    throw std::runtime_error(file.string() + ": there is no folder " + file.parent_path().string());
  }
  if (!std::filesystem::exists(file, error) || std::filesystem::file_size(file, error) == 0) return;
  std::array<char, 72> header{};
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error(file.string() + ": cannot be read");
  stream.read(header.data(), header.size());
  const std::string_view octets(header.data(), header.size());
  if (!octets.starts_with("SQLite format 3") || octets.substr(68) != "flow") {
    throw std::runtime_error(file.string() + ": this is no flowgate database");
  }
}

}  // namespace flowgate::sqlite
