// The users in a flowgate database: beside the records, and readable while a server writes those.
#pragma once

#include <filesystem>
#include <optional>

#include "registrar/sqlite/database.h"
#include "registrar/user_store.h"

namespace flowgate::registrar {

// Of passwords only what the HA1 columns hold is kept.
class SqliteUserStore final : public UserStore {
 public:
  // Throws as sqlite::open_database() does.
  explicit SqliteUserStore(const std::filesystem::path& file);

  boost::system::result<std::uint64_t> version() override;
  boost::system::result<std::vector<User>> list() override;
  boost::system::result<void> put(const User& user) override;
  boost::system::result<bool> remove(std::string_view name) override;

 private:
  struct Connection {
    explicit Connection(const std::filesystem::path& file);
    sqlite::Database database;
    sqlite::Statement version, list, put, remove;
  };
  // The file may have been put back since, by whoever writes records.
  bool reopen_if_moved();

  std::filesystem::path file_;
  std::optional<Connection> connection_;
};

}  // namespace flowgate::registrar
