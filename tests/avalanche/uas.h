// UAs that register over UDP, each over a flow of its own, and go on until they are registered: they
// retransmit (RFC 3261 §17.1.2), come again when Retry-After says so, and otherwise as RFC 5626 §4.5 does.
#pragma once

#include <chrono>
#include <cstdint>
#include <queue>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "loopback_socket.h"

namespace flowgate::avalanche {

struct Options {
  std::string server = "127.0.0.1:5060";
  std::uint32_t first = 0;   // number of the first UA
  std::uint32_t uas = 1000;  // at most 10 million, all together
  double within_s = 10;      // they begin at random times in it
  double give_up_s = 300;
  // Each sends one request, evenly spread, and takes whatever answer comes within two seconds.
  bool once = false;
};

class Uas {
 public:
  explicit Uas(const Options& options);

  void run();
  // One line of JSON.
  void print() const;
  bool all_registered() const { return registered_ == uas_.size(); }

 private:
  using Clock = std::chrono::steady_clock;
  using Instant = Clock::time_point;

  struct Ua {
    Instant begin, sent;  // the first request of all; the first time that this one was sent
    Instant due{};        // to send something
    std::chrono::milliseconds interval{};
    std::uint32_t cseq = 0;
    bool waits = false;  // for an answer
  };
  struct Due {
    Instant when;
    std::uint32_t ua = 0;
    bool operator<(const Due& other) const { return when > other.when; }
  };

  bool is_over(Instant now) const;
  void send_due(Instant now);
  void act(std::uint32_t number, Instant now);
  void send(std::uint32_t number);
  void schedule(std::uint32_t number, Instant when);
  void take(std::string_view response, Instant now);
  std::chrono::milliseconds back_off();

  const Options options_;
  LoopbackSocket socket_;
  std::mt19937_64 random_{std::random_device{}()};
  std::vector<Ua> uas_;
  std::priority_queue<Due> due_;
  Instant begin_, end_;
  std::size_t registered_ = 0, requests_ = 0, retransmissions_ = 0, refused_ = 0, timeouts_ = 0, others_ = 0;
  std::vector<double> served_ms_, refused_ms_, back_ms_;  // 200s, 503s; from the first request to the 200
};

}  // namespace flowgate::avalanche
