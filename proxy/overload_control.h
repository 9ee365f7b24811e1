// Overload control of one shard (RFC 7339 calls the kind "loss-based"): from what the transport tells of its
// backlog, what share of which requests is turned away, so that the rest, and above all the calls in
// progress, are served in time.
//
// First new registrations go, then those that refresh, then requests that would begin something else. What
// belongs to a dialog or ends a registration is never turned away.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace flowgate::proxy {

// RFC 7339 §5.10.1: which requests are turned away first is the server's policy. In that order.
enum class Admission : std::uint8_t { registration, refresh, beginning, always };

struct OverloadOptions {
  // RFC 3261 §21.5.4: Retry-After of a 503, drawn between them, so that those who were sent away together do
  // not come back together. least <= most.
  std::chrono::seconds least_retry{5}, most_retry{60};
};

class OverloadControl {
 public:
  explicit OverloadControl(const OverloadOptions& options) : options_(options) {}

  // transport::Receiver::behind(): what comes in has to wait for so many percent of what it may; 0: it need
  // not.
  void behind(unsigned percent) { percent_ = percent; }
  // Is anything turned away at all?
  bool acts() const { return percent_ > 0; }
  // Is this one turned away? `random`: any number.
  bool refuses(Admission admission, std::uint64_t random);
  std::chrono::seconds retry_after(std::uint64_t random) const;

  // How many were turned away so far. From any thread.
  std::uint64_t refused(Admission admission) const {
    return refused_[static_cast<std::size_t>(admission)].load(std::memory_order_relaxed);
  }

 private:
  const OverloadOptions options_;
  unsigned percent_ = 0;
  std::array<std::atomic<std::uint64_t>, 3> refused_{};
};

}  // namespace flowgate::proxy
