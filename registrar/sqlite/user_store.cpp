#include "registrar/sqlite/user_store.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "registrar/sqlite/schema.h"

namespace flowgate::registrar {
namespace {

std::string joined(const std::vector<std::string>& aors) {
  std::string text;
  for (const std::string& aor : aors) text.append(text.empty() ? "" : " ").append(aor);
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> aors;
  while (!text.empty()) {
    const std::string_view aor = text.substr(0, text.find(' '));
    if (!aor.empty()) aors.emplace_back(aor);
    text.remove_prefix(std::min(text.size(), aor.size() + 1));
  }
  return aors;
}

boost::system::result<bool> failed(const boost::system::error_code& error) {
  return {boost::system::in_place_error, error};
}

}  // namespace

SqliteUserStore::Connection::Connection(const std::filesystem::path& file)
    : database(sqlite::open_database(file)),
      version(database.prepare("SELECT users FROM changes")),
      list(database.prepare(
          "SELECT name, aors, ha1_md5, ha1_sha256, ha1_sha512_256 FROM users ORDER BY name")),
      put(database.prepare("REPLACE INTO users(name, aors, ha1_md5, ha1_sha256, ha1_sha512_256)"
                           " VALUES(?1, ?2, ?3, ?4, ?5)")),
      remove(database.prepare("DELETE FROM users WHERE name=?1")) {}

SqliteUserStore::SqliteUserStore(const std::filesystem::path& file)
    : file_(file), connection_(std::in_place, file) {}

bool SqliteUserStore::reopen_if_moved() {
  if (connection_ && !connection_->database.has_moved()) return true;
  connection_.reset();
  // Only what is there: who writes records makes the file.
  std::error_code ignored;
  if (!std::filesystem::exists(file_, ignored)) return false;
  try {
    connection_.emplace(file_);
  } catch (const std::runtime_error&) {
    return false;
  }
  return true;
}

boost::system::result<std::uint64_t> SqliteUserStore::version() {
  if (!reopen_if_moved()) return make_error_code(boost::system::errc::no_such_file_or_directory);
  sqlite::Statement& version = connection_->version;
  const auto row = version.step();
  if (!row) return row.error();
  const auto number = *row ? static_cast<std::uint64_t>(version.number(0)) : 0;
  version.reset();
  return number;
}

boost::system::result<std::vector<User>> SqliteUserStore::list() {
  if (!reopen_if_moved()) return make_error_code(boost::system::errc::no_such_file_or_directory);
  sqlite::Statement& rows = connection_->list;
  std::vector<User> users;
  while (true) {
    const auto row = rows.step();
    if (!row) return row.error();
    if (!*row) return users;
    User& user = users.emplace_back();
    user.name = rows.text(0);
    user.aors = split(rows.text(1));
    user.ha1_md5 = rows.text(2);
    user.ha1_sha256 = rows.text(3);
    user.ha1_sha512_256 = rows.text(4);
  }
}

boost::system::result<void> SqliteUserStore::put(const User& user) {
  if (!reopen_if_moved()) return make_error_code(boost::system::errc::no_such_file_or_directory);
  const std::string aors = joined(user.aors);
  return connection_->put.bind(1, user.name)
      .bind(2, aors)
      .bind(3, user.ha1_md5)
      .bind(4, user.ha1_sha256)
      .bind(5, user.ha1_sha512_256)
      .run();
}

boost::system::result<bool> SqliteUserStore::remove(std::string_view name) {
  if (!reopen_if_moved()) return failed(make_error_code(boost::system::errc::no_such_file_or_directory));
  if (const auto removed = connection_->remove.bind(1, name).run(); !removed) return failed(removed.error());
  return connection_->database.changes() > 0;
}

}  // namespace flowgate::registrar
