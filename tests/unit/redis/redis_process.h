// A redis-server of the test's own: a free port, a temporary folder, gone with the test even when that is
// killed.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>

#include "conf/redis.h"

namespace flowgate::redis {

class RedisProcess {
 public:
  RedisProcess() : port_(free_port()) {
    std::string pattern = (std::filesystem::temp_directory_path() / "flowgate-redis-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    folder_ = pattern;
    start();
  }
  ~RedisProcess() {
    kill();
    std::filesystem::remove_all(folder_);
  }
  RedisProcess(const RedisProcess&) = delete;
  RedisProcess& operator=(const RedisProcess&) = delete;

  // Returns when it listens.
  void start() {
    const std::string port = std::to_string(port_), folder = folder_.string();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      const int nowhere = ::open("/dev/null", O_RDWR);
      ::dup2(nowhere, STDOUT_FILENO);
      ::dup2(nowhere, STDERR_FILENO);
      ::execlp("redis-server", "redis-server", "--port", port.c_str(), "--bind", "127.0.0.1", "--save", "",
               "--dir", folder.c_str(), "--appendonly", "yes", "--appendfsync", "always", nullptr);
      ::_exit(127);
    }
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!listens()) {
      if (std::chrono::steady_clock::now() > deadline)
        throw std::runtime_error("redis-server does not start");
      std::this_thread::yield();
    }
  }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  conf::Redis configuration(const std::string& prefix) const {
    conf::Redis config;
    config.server = {"127.0.0.1", port_};
    config.prefix = prefix;
    config.reconnect_min = std::chrono::milliseconds{5};
    config.reconnect_max = std::chrono::milliseconds{20};
    return config;
  }

 private:
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  static std::uint16_t free_port() {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(fd);
    return ntohs(address.sin_port);
  }
  bool listens() const {
    const sockaddr_in address = loopback(port_);
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return connected;
  }

  std::uint16_t port_;
  std::filesystem::path folder_;
  pid_t pid_ = -1;
};

}  // namespace flowgate::redis
