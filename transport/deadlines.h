// What has to be finished by a fixed time: connects, handshakes, messages that have begun, the time that a
// stranger has. One coarse timer per shard instead of one per connection; while nothing is under way it does
// not run.
#pragma once

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstdint>
#include <memory>

namespace flowgate::transport {

enum class Awaited : std::uint8_t { connect, handshake, message, send, ping, acceptance };

class Deadline
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  virtual void expired() = 0;
  bool running() const { return is_linked(); }
  // What it was begun for last.
  Awaited awaited() const { return awaited_; }
  void end() { unlink(); }

 protected:
  ~Deadline() = default;

 private:
  friend class Deadlines;
  std::chrono::steady_clock::time_point due_;
  Awaited awaited_ = Awaited::connect;
};

class Deadlines : public std::enable_shared_from_this<Deadlines> {
 public:
  static constexpr std::size_t kinds = 6;
  using Timeouts = std::array<std::chrono::seconds, kinds>;
  // In the order of Awaited.
  Deadlines(boost::asio::io_context& context, const Timeouts& timeouts);

  // Instead of the one that is running, if any.
  void begin(Deadline& deadline, Awaited what);

 private:
  void tick();
  void expire(std::chrono::steady_clock::time_point now);

  // All in one list have the same timeout, so the first is the first to expire.
  using List = boost::intrusive::list<Deadline, boost::intrusive::constant_time_size<false>>;
  const Timeouts timeouts_;
  std::array<List, kinds> lists_;
  boost::asio::steady_timer timer_;
  bool ticking_ = false;
};

}  // namespace flowgate::transport
