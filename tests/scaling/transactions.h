// UAs that register over UDP, each over a flow of its own, and then refresh or send each other MESSAGEs: a
// closed loop with a fixed number of transactions outstanding.
#pragma once

#include <netinet/in.h>
#include <sys/types.h>

#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "loopback_socket.h"
#include "phase.h"

namespace flowgate::scaling {

struct TransactionOptions {
  sockaddr_in server{};
  pid_t process = 0;     // the server's
  unsigned uas = 10000;  // registered
  unsigned threads = 2;
  unsigned window = 64;  // outstanding, of each thread
  double seconds = 4;    // of each phase but the first
};

// Those of one thread.
class Uas {
 public:
  Uas(const TransactionOptions& options, unsigned thread);

  enum class Kind { first, refresh, message };
  // first: one REGISTER of each; else as long as the options say, of one UA after the other.
  Done run(Kind kind);

 private:
  using Clock = std::chrono::steady_clock;
  struct Slot {
    std::uint32_t ua = 0, number = 0;  // of the transaction in it
    bool waits = false;
    Clock::time_point sent{};
  };

  bool is_over() const;
  void begin(std::uint32_t slot);
  void send_register(std::uint32_t slot);
  void send_message(std::uint32_t slot);
  void take(std::string_view text);
  void answer(std::string_view request);
  void finish(std::string_view response);
  void give_up();
  std::string via(std::uint32_t slot) const;
  std::string here(std::uint32_t ua) const;

  const TransactionOptions options_;
  const std::uint32_t first_;
  avalanche::LoopbackSocket socket_;
  std::vector<std::uint32_t> cseqs_;
  std::vector<Slot> slots_;
  Kind kind_ = Kind::first;
  std::uint32_t next_ = 0, outstanding_ = 0, numbers_ = 0;
  Clock::time_point now_, end_;
  Done done_;
};

// All phases, one after the other.
void run(const TransactionOptions& options);

}  // namespace flowgate::scaling
