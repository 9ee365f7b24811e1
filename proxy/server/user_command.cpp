#include "proxy/server/user_command.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "conf/user_name.h"
#include "proxy/server/password_prompt.h"
#include "proxy/server/stores.h"
#include "registrar/ha1.h"
#include "sip/gruu_user.h"

namespace flowgate::server {
namespace {

using registrar::User;
using registrar::UserStore;

std::unique_ptr<UserStore> open(const conf::Config& config) {
  if (config.registrar.users) {
    throw std::runtime_error("registrar.users: the users are those of that file, not of a store");
  }
  auto store = open_users(config);
  if (!store)
    throw std::runtime_error("registrar.store: this one keeps no users; sqlite:PATH and redis:// do");
  return store;
}

template <class T>
T value_of(boost::system::result<T> result) {
  if (!result) throw std::runtime_error("registrar.store: " + result.error().message());
  return std::move(*result);
}

void put(UserStore& store, const User& user) {
  if (const auto done = store.put(user); !done) {
    throw std::runtime_error("registrar.store: " + done.error().message());
  }
}

const User* find(const std::vector<User>& users, const std::string& name) {
  const auto found = std::ranges::find(users, name, &User::name);
  return found == users.end() ? nullptr : &*found;
}

[[noreturn]] void fail_expected(std::string_view text, std::string_view what) {
  throw std::runtime_error(fmt::format("{}: expected {}", text, what));
}

// Blanks separate what is shown, and what is stored.
bool has_blanks(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char each) { return each <= ' ' || each == 0x7f; });
}

void check_name(const std::string& name, const conf::Config& config) {
  if (name.empty() || has_blanks(name)) throw std::runtime_error("a user's name has no blanks");
  if (const auto expected = conf::expected_name(name, config.domains)) fail_expected(name, *expected);
}

std::string read_aor(const std::string& text, const conf::Config& config) {
  const auto aor = conf::aor_from(text, config.domains);
  if (!aor || has_blanks(*aor)) fail_expected(text, "NAME@DOMAIN, with one of the domains");
  if (sip::is_user_of_encrypted_gruu(*aor)) fail_expected(text, conf::expected_no_gruu);
  return *aor;
}

std::string_view user_part(std::string_view aor) {
  return aor.substr(0, aor.rfind('@'));
}

// Whose an AOR is must not hang on who comes first: neither a further AOR nor, in every domain, the name of
// one user is another's.
void check_aors(const std::string& name, const std::vector<std::string>& aors,
                const std::vector<User>& users) {
  const auto refuse = [](const std::string& aor) { throw std::runtime_error(aor + ": is another user's"); };
  for (const std::string& aor : aors) {
    for (const User& user : users) {
      if (user.name == user_part(aor) || std::ranges::find(user.aors, aor) != user.aors.end()) refuse(aor);
    }
  }
  for (const User& user : users) {
    for (const std::string& aor : user.aors) {
      if (user_part(aor) == name) refuse(aor);
    }
  }
}

}  // namespace

UserCommand::UserCommand(CLI::App& app) : user_(app.add_subcommand("user", "users in the store")) {
  user_->fallthrough();
  user_->require_subcommand(1);
  add_ = user_->add_subcommand("add", "adds a user");
  list_ = user_->add_subcommand("list", "lists all users");
  remove_ = user_->add_subcommand("remove", "removes a user");
  password_ = user_->add_subcommand("password", "changes the password of a user");
  for (CLI::App* command : {add_, list_, remove_, password_}) command->fallthrough();
  for (CLI::App* command : {add_, remove_, password_}) {
    command->add_option("name", name_, "the user part of the address-of-record")->required();
  }
  for (CLI::App* command : {add_, password_}) {
    command->add_flag("--password-stdin", password_stdin_, "the password is the first line of the input");
  }
  add_->add_option("--aor", aors_, "a further address-of-record, NAME@DOMAIN");
}

void UserCommand::run(const conf::Config& config) const {
  if (list_->parsed()) return list(config);
  if (remove_->parsed()) return remove(config);
  add_->parsed() ? add(config) : change_password(config);
}

void UserCommand::list(const conf::Config& config) const {
  for (const User& user : value_of(open(config)->list())) {
    fmt::print("{}{}{}\n", user.name, user.aors.empty() ? "" : " ", fmt::join(user.aors, " "));
  }
}

void UserCommand::add(const conf::Config& config) const {
  check_name(name_, config);
  std::vector<std::string> aors;
  for (const std::string& aor : aors_) aors.push_back(read_aor(aor, config));
  aors = conf::further_aors(name_, aors);
  const auto store = open(config);
  const std::vector<User> users = value_of(store->list());
  if (find(users, name_) != nullptr) throw std::runtime_error(name_ + ": there is this user already");
  check_aors(name_, aors, users);
  SecretText password;
  password_stdin_ ? read_password(password) : ask_password(password);
  User user = registrar::user_with_password(name_, config.registrar.digest.realm, password.text);
  user.aors = std::move(aors);
  put(*store, user);
}

void UserCommand::remove(const conf::Config& config) const {
  if (!value_of(open(config)->remove(name_))) throw std::runtime_error(name_ + ": no such user");
}

void UserCommand::change_password(const conf::Config& config) const {
  const auto store = open(config);
  const std::vector<User> users = value_of(store->list());
  const User* before = find(users, name_);
  if (before == nullptr) throw std::runtime_error(name_ + ": no such user");
  SecretText password;
  password_stdin_ ? read_password(password) : ask_password(password);
  User user = registrar::user_with_password(name_, config.registrar.digest.realm, password.text);
  user.aors = before->aors;
  put(*store, user);
}

}  // namespace flowgate::server
