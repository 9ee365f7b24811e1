#include "registrar/sqlite/user_store.h"

#include <algorithm>
#include <string>

#include "registrar/sqlite/schema.h"

namespace flowgate::registrar {
namespace {

std::string joined(const std::vector<std::string>& aors) {
  std::string text;
  for (const std::string& aor : aors) text += (text.empty() ? "" : " ") + aor;
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

}  // namespace

SqliteUserStore::SqliteUserStore(const std::filesystem::path& file)
    : database_(sqlite::open_database(file)),
      version_(database_.prepare("SELECT users FROM changes")),
      list_(database_.prepare(
          "SELECT name, aors, ha1_md5, ha1_sha256, ha1_sha512_256 FROM users ORDER BY name")),
      put_(database_.prepare("REPLACE INTO users(name, aors, ha1_md5, ha1_sha256, ha1_sha512_256)"
                             " VALUES(?1, ?2, ?3, ?4, ?5)")),
      remove_(database_.prepare("DELETE FROM users WHERE name=?1 RETURNING 1")),
      changed_(database_.prepare("UPDATE changes SET users=users+1")),
      begin_(database_.prepare("BEGIN IMMEDIATE")),
      commit_(database_.prepare("COMMIT")),
      roll_back_(database_.prepare("ROLLBACK")) {}

boost::system::result<std::uint64_t> SqliteUserStore::version() {
  const auto row = version_.step();
  if (!row) return row.error();
  const auto version = *row ? static_cast<std::uint64_t>(version_.number(0)) : 0;
  version_.reset();
  return version;
}

boost::system::result<std::vector<User>> SqliteUserStore::list() {
  std::vector<User> users;
  while (true) {
    const auto row = list_.step();
    if (!row) return row.error();
    if (!*row) return users;
    User& user = users.emplace_back();
    user.name = list_.text(0);
    user.aors = split(list_.text(1));
    user.ha1_md5 = list_.text(2);
    user.ha1_sha256 = list_.text(3);
    user.ha1_sha512_256 = list_.text(4);
  }
}

boost::system::result<void> SqliteUserStore::put(const User& user) {
  const std::string aors = joined(user.aors);
  auto done = begin_.run();
  if (done) {
    done = put_.bind(1, user.name)
               .bind(2, aors)
               .bind(3, user.ha1_md5)
               .bind(4, user.ha1_sha256)
               .bind(5, user.ha1_sha512_256)
               .run();
  }
  if (done) done = changed_.run();
  if (done) done = commit_.run();
  if (!done) (void)roll_back_.run();
  return done;
}

boost::system::result<bool> SqliteUserStore::remove(std::string_view name) {
  if (const auto begun = begin_.run(); !begun) return {boost::system::in_place_error, begun.error()};
  auto removed = remove_row(name);
  if (removed) {
    if (const auto done = commit_.run(); !done) removed = {boost::system::in_place_error, done.error()};
  }
  if (!removed) (void)roll_back_.run();
  return removed;
}

boost::system::result<bool> SqliteUserStore::remove_row(std::string_view name) {
  const auto row = remove_.bind(1, name).step();
  if (!row || !*row) return row;
  remove_.reset();
  if (const auto changed = changed_.run(); !changed) return {boost::system::in_place_error, changed.error()};
  return true;
}

}  // namespace flowgate::registrar
