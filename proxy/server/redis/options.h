// How a Redis server is reached. Plain values, made of the configuration.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace flowgate::redis {

struct Address {
  std::string host;  // a name or a literal without brackets
  std::uint16_t port = 6379;
  bool operator==(const Address&) const = default;
};

// Empty user: that of Redis before 6, "default". Empty password: none is given.
struct Credentials {
  std::string user, password;
};

struct Options {
  Address server;                  // when there are no sentinels
  std::vector<Address> sentinels;  // whom to ask for the master, in turn
  std::string master;              // its name there
  Credentials credentials, sentinel_credentials;
  unsigned database = 0;
  std::string tls_name;  // whose certificate the server must show; empty: that of its host
  std::string channel;   // to subscribe to; empty: there is no second connection

  std::chrono::milliseconds timeout{2000};                       // of connecting and of each reply
  std::chrono::milliseconds least_pause{100}, most_pause{5000};  // between attempts to connect
  std::size_t max_pending = 100'000;                             // commands that wait for their replies
  std::size_t max_reply_octets = 256 << 20;                      // of one reply
  unsigned replicas = 0;  // that must have a change before it counts (WAIT)
  std::chrono::milliseconds replicas_timeout{1000};
};

}  // namespace flowgate::redis
