#include "proxy/timer_wheel.h"

#include <algorithm>
#include <bit>

namespace flowgate::proxy {

TimerWheel::~TimerWheel() {
  for (Level& level : levels_) {
    for (Slot& slot : level.slots) slot.clear();
  }
}

void TimerWheel::set(Timer& timer, std::chrono::milliseconds delay) {
  // One tick less than the wheel can hold, as the present may lie between two ticks.
  constexpr std::chrono::milliseconds kShortest{1}, kLongest{(1LL << (kLevels * kSlotBits)) - 2};
  timer.cancel();
  // Rounded up: a timer never fires before its time.
  const auto due =
      std::chrono::ceil<std::chrono::milliseconds>(now_ - start_ + std::clamp(delay, kShortest, kLongest));
  timer.tick_ = static_cast<std::uint64_t>(due.count());
  insert(timer);
}

// The level is that of the highest group of six bits in which the due tick differs from the current one: the
// timer's slot there is then always ahead of the current slot.
void TimerWheel::insert(Timer& timer) {
  const std::uint64_t difference = timer.tick_ ^ tick_;
  const int level = std::min((63 - std::countl_zero(difference | 1)) / kSlotBits, kLevels - 1);
  const auto slot = (timer.tick_ >> (level * kSlotBits)) % kSlots;
  levels_[level].slots[slot].push_back(timer);
  levels_[level].occupied |= 1ULL << slot;
}

std::optional<std::uint64_t> TimerWheel::next_tick() const {
  for (int level = 0; level < kLevels; ++level) {
    const int shift = level * kSlotBits;
    const std::uint64_t current = (tick_ >> shift) % kSlots;
    // Slots behind the current one belong to the next turn of this level, and so does the current one itself,
    // which comes last; only the top level can hold any.
    const std::uint64_t ahead = std::rotr(levels_[level].occupied, static_cast<int>(current));
    if (ahead == 0) continue;
    const auto turn = static_cast<std::uint64_t>(std::countr_zero(ahead & ~1ULL));  // of none: 64
    return ((tick_ >> shift) + turn) << shift;
  }
  return std::nullopt;
}

std::optional<Instant> TimerWheel::next() const {
  const auto tick = next_tick();
  if (!tick) return std::nullopt;
  return start_ + std::chrono::milliseconds(*tick);
}

void TimerWheel::expire(std::uint64_t tick) {
  tick_ = tick;
  // From the top down, so that what a higher slot held has moved to its lower place before that is looked at.
  for (int level = kLevels - 1; level >= 0; --level) {
    const int shift = level * kSlotBits;
    if (level > 0 && (tick & ((1ULL << shift) - 1)) != 0) continue;
    const auto index = (tick >> shift) % kSlots;
    levels_[level].occupied &= ~(1ULL << index);
    Slot due;
    due.swap(levels_[level].slots[index]);
    while (!due.empty()) {
      Timer& timer = due.front();
      due.pop_front();
      if (timer.tick_ <= tick) {
        timer.fire_(timer.owner_);
      } else {
        insert(timer);
      }
    }
  }
}

void TimerWheel::advance(Instant now) {
  if (now < now_) return;
  const auto target =
      static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(now - start_).count());
  for (auto tick = next_tick(); tick && *tick <= target; tick = next_tick()) {
    now_ = std::max(now_, start_ + std::chrono::milliseconds(*tick));
    expire(*tick);
  }
  tick_ = std::max(tick_, target);
  now_ = now;
}

}  // namespace flowgate::proxy
