// The registrations that are watched in this shard, each once, however many watch it.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flowtoken/keyed_hash.h"
#include "proxy/timer_wheel.h"
#include "registrar/location_service.h"
#include "registrar/reg_event/registration.h"
#include "registrar/reg_event/watched.h"

namespace flowgate::proxy {

class Watcher {
 public:
  virtual ~Watcher() = default;
  // Something has changed. May be called while the location service holds a lock.
  virtual void registration_changed() = 0;
  // It knows of the changes up to this one.
  virtual std::uint64_t told() const = 0;
};

// Where its entries find one another, for as long as there is one.
struct WatchedTable;

// One AOR. Lives as long as somebody holds it.
class WatchedRegistration {
 public:
  WatchedRegistration(std::shared_ptr<WatchedTable> table, TimerWheel& timers, std::string_view aor);
  ~WatchedRegistration();
  WatchedRegistration(const WatchedRegistration&) = delete;
  WatchedRegistration& operator=(const WatchedRegistration&) = delete;

  const reg_event::Registration& registration() const { return registration_; }
  void observe(const registrar::Record& record, registrar::Cause cause);

  // The watcher removes itself before it ends.
  void add(Watcher& watcher) { watchers_.push_back(&watcher); }
  void remove(Watcher& watcher);
  std::size_t watchers() const { return watchers_.size(); }
  // What every watcher knows need not be kept.
  void forget();

 private:
  void expire();
  void tell_watchers();

  std::shared_ptr<WatchedTable> table_;
  TimerWheel& timers_;
  reg_event::Registration registration_;
  Timer expiry_;  // of the next contact
  std::vector<Watcher*> watchers_;
};

struct WatchedTable {
  reg_event::Watched filter;
  boost::unordered_flat_map<std::string, std::weak_ptr<WatchedRegistration>, KeyedHash, std::equal_to<>>
      entries;
};

class WatchedRegistrations {
 public:
  WatchedRegistrations(TimerWheel& timers, registrar::LocationService& location)
      : timers_(timers), location_(location) {}

  // From here on changes of the AOR are seen; a new one has yet to be observed for the first time.
  std::shared_ptr<WatchedRegistration> watch(std::string_view aor);
  // The location service says so.
  void changed(std::string_view aor, registrar::Cause cause);
  // From any thread.
  bool has(std::string_view aor) const { return table_->filter.has(aor); }

 private:
  TimerWheel& timers_;
  registrar::LocationService& location_;
  std::shared_ptr<WatchedTable> table_ = std::make_shared<WatchedTable>();
};

}  // namespace flowgate::proxy
