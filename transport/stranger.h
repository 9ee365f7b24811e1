// A connection that a peer has opened, and over which nothing of his was accepted yet: it has so long, and is
// closed then, lest strangers hold connections that phones need.
#pragma once

#include <string_view>

#include "transport/deadlines.h"

namespace flowgate::transport {

class Connection;

class Stranger final : public Deadline {
 public:
  // `connection` owns it.
  explicit Stranger(Connection& connection) : connection_(connection) {}

  void expired() override;

 private:
  Connection& connection_;
};

// What a message that we send over a connection says about its peer.
enum class Acceptance : std::uint8_t {
  none,         // a refusal, a keepalive
  outstanding,  // a request of ours, or one of his that is being worked on: time begins anew
  accepted,     // a 2xx
};
Acceptance acceptance_of(std::string_view sent);

}  // namespace flowgate::transport
