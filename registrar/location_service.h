// The location service: AOR to bindings. The one thing that the shards share.
//
// One interface for all stores. Callbacks may come at once, inside the call, or later, on any thread: who
// must have them on his own puts something between that sees to it. Thread-safe.
#pragma once

#include <atomic>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "registrar/binding.h"

namespace flowgate::registrar {

// What has changed the bindings of an AOR.
enum class Cause : std::uint8_t {
  request,       // a REGISTER, or whoever else asked for it
  flow_failure,  // their flow is gone
  expiry,
};

// Somebody who wants to know of changes.
class Observer {
 public:
  virtual ~Observer() = default;
  // The bindings of `aor` may have changed. Called after the change, on the thread that made it; the location
  // service holds no lock.
  virtual void changed(std::string_view aor, Cause cause) = 0;
};

class LocationService {
 public:
  virtual ~LocationService() = default;

  // One observer for all changes, or none. What changed before is not told.
  void set_observer(Observer* observer) { observer_ = observer; }

  // Shows the record (an empty one when there is none) to `visit`. It may hold bindings that have expired.
  // The record is locked while `visit` looks: copy out what is needed, call nothing that calls the location
  // service. A store that calls later holds no lock then.
  using Visit = std::function<void(const Record&)>;
  virtual void lookup(std::string_view aor, Visit visit) = 0;

  // Runs `change` on the record as one atomic step, then, when the outcome is as durable as the store makes
  // it, `done`. `change` may be run more than once, each time on the current record; the last run counts. A
  // record left without bindings is dropped. On an error nothing was changed.
  using Change = std::function<void(Record&)>;
  using Done = std::function<void(boost::system::error_code)>;
  virtual void update(std::string_view aor, Change change, Done done) = 0;

  // RFC 5626 §5.3, draft-ietf-sip-outbound-00 §5.2: "if a proxy closes a file descriptor, it MUST remove all
  // the bindings that use that flow", regardless of AOR: those that are reached by_flow. One with a Path does
  // not use the flow that its REGISTER came over.
  virtual void remove_flow(const Flow& flow) = 0;

  // Bindings that turned out to lead nowhere: those that are `dead` go.
  using Dead = std::function<bool(const Binding&)>;
  virtual void remove_dead(std::string_view aor, Dead dead) = 0;

  // Is there a binding, not expired at `now`, that was registered over this flow, and not along a Path? The
  // answer is the dialect of its UA.
  virtual std::optional<Dialect> registered_over(const Flow& flow, Instant now) = 0;

  // Drops what has expired; called about once a second, looks at a part of the records each time.
  virtual void sweep(Instant now) = 0;

  // How many bindings there are, expired ones that were not yet swept among them.
  virtual std::size_t size() const = 0;

  // Returns when the last callback has; updates that come later fail.
  virtual void stop() {}

 protected:
  bool observed() const { return observer_ != nullptr; }
  void announce(std::string_view aor, Cause cause) {
    if (Observer* const observer = observer_) observer->changed(aor, cause);
  }

 private:
  std::atomic<Observer*> observer_ = nullptr;
};

}  // namespace flowgate::registrar
