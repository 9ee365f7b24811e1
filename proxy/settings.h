// The numbers of the core, set by configuration.
#pragma once

#include <chrono>
#include <cstddef>

namespace flowgate::proxy {

// RFC 3261 §17.1.1.1 and table 4.
struct Settings {
  std::chrono::milliseconds t1{500};
  std::chrono::milliseconds t2{4000};
  std::chrono::milliseconds t4{5000};
  std::chrono::milliseconds timer_c{std::chrono::seconds{185}};  // RFC 3261 §16.6 (11): above three minutes
  // How long a flow may stay silent, without even a 100, before another flow of the same instance is tried
  // (RFC 5626 §7). Where there is no other flow, Timer B or F decides.
  std::chrono::milliseconds branch_timeout{5000};
  std::size_t max_transactions = 1'000'000;                   // server and client transactions of one shard
  std::size_t max_transaction_octets = std::size_t{1} << 30;  // of the messages that they keep
  // Of those, the octets that may be responses of our own to REGISTERs that have been carried out.
  std::size_t max_register_response_octets = std::size_t{4} << 20;
  std::size_t max_targets = 64;  // branches of one request

  // Timers B, F, H, J, L, M.
  std::chrono::milliseconds timeout() const { return 64 * t1; }
};

}  // namespace flowgate::proxy
