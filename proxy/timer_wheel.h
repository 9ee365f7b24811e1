// Timers of one shard, in time that is handed in: a hierarchical wheel (Varghese, Lauck: "Hashed and
// Hierarchical Timing Wheels"), six levels of 64 slots, one millisecond per slot at the lowest. Setting and
// cancelling cost the same however many timers there are, and allocate nothing.
#pragma once

#include <array>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstdint>
#include <optional>

#include "registrar/binding.h"

namespace flowgate::proxy {

using registrar::Instant;

// A timer inside the object that it belongs to. It fires once each time it is set. Destroying it cancels it.
class Timer
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  using Fire = void (*)(void* owner);
  Timer(void* owner, Fire fire) : owner_(owner), fire_(fire) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  bool is_set() const { return is_linked(); }
  void cancel() { unlink_if_linked(); }

 private:
  friend class TimerWheel;
  void unlink_if_linked() {
    if (is_linked()) unlink();
  }
  void* owner_;
  Fire fire_;
  std::uint64_t tick_ = 0;  // milliseconds since the wheel's start
};

class TimerWheel {
 public:
  explicit TimerWheel(Instant start) : start_(start) {}
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // (Re)sets `timer` to fire `delay` after now(), at the earliest one millisecond from there. Delays beyond
  // two years are cut to that.
  void set(Timer& timer, std::chrono::milliseconds delay);

  // Time passes: fires all that is due by `now`, in order. Timers set while firing fire in this very call
  // when they are due. `now` never goes back.
  void advance(Instant now);

  Instant now() const { return now_; }
  // Not later than when the next timer fires; nothing when none is set.
  std::optional<Instant> next() const;

 private:
  static constexpr int kLevels = 6;
  static constexpr int kSlotBits = 6;
  static constexpr std::uint64_t kSlots = 1U << kSlotBits;

  using Slot = boost::intrusive::list<Timer, boost::intrusive::constant_time_size<false>>;
  struct Level {
    std::uint64_t occupied = 0;  // bit n: slot n may hold timers
    std::array<Slot, kSlots> slots;
  };

  void insert(Timer& timer);
  std::optional<std::uint64_t> next_tick() const;
  void expire(std::uint64_t tick);

  Instant start_;
  Instant now_ = start_;
  std::uint64_t tick_ = 0;  // all ticks up to this one have been expired
  std::array<Level, kLevels> levels_;
};

}  // namespace flowgate::proxy
