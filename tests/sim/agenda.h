// Virtual time: what is to happen, and when. Events of one instant happen in the order they were entered.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "registrar/binding.h"
#include "sim/random.h"

namespace flowgate::sim {

using registrar::Instant;

class Agenda {
 public:
  using Event = std::function<void()>;
  using Entry = std::pair<Instant, std::uint64_t>;

  Instant now() const { return now_; }
  Duration elapsed() const { return std::chrono::duration_cast<Duration>(now_ - start_); }
  // Since the start.
  Instant at(Duration elapsed) const { return start_ + elapsed; }

  // Never in the past: what is due is entered for now, behind what is there.
  Entry enter(Instant when, Event event);
  Entry enter(Duration delay, Event event) { return enter(now_ + delay, std::move(event)); }
  // Nothing happens when it is over already.
  void cross_out(const Entry& entry) { events_.erase(entry); }

  // Lets time pass until `elapsed` or until `stop` says so.
  void run(Duration elapsed, const std::function<bool()>& stop);
  std::size_t size() const { return events_.size(); }

 private:
  static constexpr Instant start_{std::chrono::hours{1}};
  Instant now_ = start_;
  std::uint64_t sequence_ = 0;
  std::map<Entry, Event> events_;
};

// One event of one actor: set again it replaces the former, and it goes with its owner.
class Alarm {
 public:
  explicit Alarm(Agenda& agenda) : agenda_(agenda) {}
  ~Alarm() { cancel(); }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  void set(Instant when, Agenda::Event event);
  void set(Duration delay, Agenda::Event event) { set(agenda_.now() + delay, std::move(event)); }
  void cancel();
  bool is_set() const { return entry_.has_value(); }
  std::optional<Instant> due() const { return entry_ ? std::optional<Instant>(entry_->first) : std::nullopt; }

 private:
  Agenda& agenda_;
  std::optional<Agenda::Entry> entry_;
};

}  // namespace flowgate::sim
