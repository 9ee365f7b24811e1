// The users file while the server runs: what it says goes into the table of users, again when it has changed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "conf/config.h"
#include "registrar/user_table.h"

namespace flowgate::server {

// Used from one thread.
class UsersFile {
 public:
  // `config` has users: they go into `table`, which must outlive this.
  UsersFile(const conf::Config& config, registrar::UserTable& table);

  // Reads it now. A broken file is one line on stderr, and the users stay as they were.
  void reload();
  // The same when it is not the file that was read last.
  void reload_if_changed();

 private:
  struct State {
    std::uint64_t inode = 0, size = 0;
    std::int64_t changed_ns = 0;  // since 1970
    bool operator==(const State&) const = default;
  };
  std::optional<State> state() const;
  void take(const conf::Users& users);
  void report_unoffered() const;

  const std::filesystem::path file_;
  const std::vector<std::string> domains_;
  const std::vector<conf::DigestAlgorithm> algorithms_;  // empty: nobody authenticates
  registrar::UserTable& table_;
  std::optional<State> read_;
};

}  // namespace flowgate::server
