#include "proxy/server/password_prompt.h"

#include <fmt/core.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

namespace flowgate::server {
namespace {

constexpr std::size_t longest_password = 1024;

class WithoutEcho {
 public:
  WithoutEcho() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) {
      throw std::runtime_error("there is no terminal to ask for a password: use --password-stdin");
    }
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~WithoutEcho() { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;

 private:
  termios before_{};
};

void ask(const char* question, SecretText& answer) {
  fmt::print(stderr, "{}", question);
  read_password(answer);
  fmt::print(stderr, "\n");
}

}  // namespace

void read_password(SecretText& password) {
  password.text.reserve(longest_password + 1);  // no copies are left behind
  char next = 0;
  while (::read(STDIN_FILENO, &next, 1) == 1 && next != '\n') {
    if (password.text.size() == longest_password) throw std::runtime_error("the password is too long");
    password.text.push_back(next);
  }
  // A line of a file may end with CRLF.
  if (next == '\n' && password.text.ends_with('\r')) password.text.pop_back();
  if (password.text.empty()) throw std::runtime_error("the password is empty");
}

void ask_password(SecretText& password) {
  const WithoutEcho without_echo;
  SecretText again;
  ask("Password: ", password);
  ask("Once more: ", again);
  if (password.text != again.text) throw std::runtime_error("these were two different passwords");
}

}  // namespace flowgate::server
