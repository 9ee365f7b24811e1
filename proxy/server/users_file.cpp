#include "proxy/server/users_file.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdio>
#include <utility>

#include "proxy/server/digest_options.h"

namespace flowgate::server {
namespace {

// Whoever writes the file in place may not have finished.
constexpr std::int64_t settled_ns = 200'000'000;

std::int64_t wall_clock_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void complain(std::string_view line) {
  fmt::print(stderr, "{}; the users stay as they were\n", line);
}

}  // namespace

UsersFile::UsersFile(const conf::Config& config, registrar::UserTable& table)
    : file_(config.registrar.users_file),
      domains_(config.domains),
      algorithms_(config.registrar.digest.authentication == conf::Authentication::digest
                      ? config.registrar.digest.algorithms
                      : std::vector<conf::DigestAlgorithm>{}),
      table_(table),
      read_(state()) {
  take(*config.registrar.users);
}

void UsersFile::reload() {
  read_ = state();
  try {
    const conf::Users users(file_, domains_);
    if (!algorithms_.empty() && !users.can_answer(algorithms_)) {
      return complain(fmt::format("{}: no algorithm can be answered by all users", file_.string()));
    }
    take(users);
    fmt::print("{}: {} users\n", file_.string(), table_.size());
    std::fflush(stdout);
  } catch (const std::exception& error) {
    complain(error.what());
  }
}

void UsersFile::reload_if_changed() {
  const auto now = state();
  if (now == read_) return;
  if (!now) {
    read_ = now;
    return complain(fmt::format("{}: is gone", file_.string()));
  }
  const std::int64_t age = wall_clock_ns() - now->changed_ns;
  if (age < 0 || age >= settled_ns) reload();
}

std::optional<UsersFile::State> UsersFile::state() const {
  struct stat status;
  if (::stat(file_.c_str(), &status) != 0) return std::nullopt;
  return State{status.st_ino, static_cast<std::uint64_t>(status.st_size),
               status.st_mtim.tv_sec * std::int64_t{1'000'000'000} + status.st_mtim.tv_nsec};
}

void UsersFile::take(const conf::Users& users) {
  std::vector<registrar::User> all;
  all.reserve(users.secrets().size());
  for (const auto& [name, secret] : users.secrets()) {
    all.push_back(
        {name, secret.password, secret.ha1_md5, secret.ha1_sha256, secret.ha1_sha512_256, secret.aors});
  }
  table_.replace(std::move(all));
  report_unoffered();
}

void UsersFile::report_unoffered() const {
  for (const conf::DigestAlgorithm configured : algorithms_) {
    const digest::Algorithm algorithm = digest_algorithm(configured);
    const std::size_t lacking = table_.lacking(algorithm);
    if (lacking == 0) continue;
    fmt::print(stderr, "{}: {} is offered to nobody: {} users have no hash for it\n", file_.string(),
               digest::algorithm_name(algorithm), lacking);
  }
}

}  // namespace flowgate::server
