// flowgate user add|list|remove|password: the users that the store keeps.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "conf/config.h"

namespace flowgate::server {

class UserCommand {
 public:
  // Adds the subcommands to `app`, which outlives it.
  explicit UserCommand(CLI::App& app);

  // One of them is on the command line.
  bool chosen() const { return user_->parsed(); }
  // Throws std::runtime_error with one line that says what could not be done.
  void run(const conf::Config& config) const;

 private:
  void list(const conf::Config& config) const;
  void add(const conf::Config& config) const;
  void remove(const conf::Config& config) const;
  void change_password(const conf::Config& config) const;

  CLI::App *user_, *add_, *list_, *remove_, *password_;
  std::string name_;
  std::vector<std::string> aors_;
  bool password_stdin_ = false;
};

}  // namespace flowgate::server
