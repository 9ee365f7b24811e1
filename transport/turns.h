// How long a connection that is ready waits for its turn: an event of our own goes to the end of the queue
// that the kernel keeps, behind all that are ready, and comes back after them.
#pragma once

#include <chrono>
#include <memory>

#include "transport/backlog.h"
#include "transport/socket.h"

namespace flowgate::transport {

class Shard;

class Turns : public std::enable_shared_from_this<Turns> {
 public:
  explicit Turns(Shard& shard);

  // Something has come over a connection. Most calls do nothing: one turn at a time is measured, and none
  // for `pause` after one that was short enough.
  void measure();
  void close();
  unsigned standing() const { return backlog_.standing(); }

 private:
  void begin(Backlog::Instant now);
  void come();

  static constexpr std::chrono::milliseconds pause{10};

  Shard& shard_;  // valid until close()
  Descriptor event_;
  Backlog backlog_;
  Backlog::Instant begin_, end_;
  bool under_way_ = false;
};

}  // namespace flowgate::transport
