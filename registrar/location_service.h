// The location service: AOR to bindings. The one thing that the shards share.
//
// One interface for all stores. Thread-safe.
#pragma once

#include <atomic>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

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
  // The bindings of `aor` may have changed. Called after the change, or after one was undone that somebody
  // may have seen, on the thread that did it; the location service holds no lock.
  virtual void changed(std::string_view aor, Cause cause) = 0;
};

// What somebody wants to know of a record. The location service owns it until done() has returned. Both are
// called once: inside the call that submits it, or later on the thread that did.
class Lookup {
 public:
  virtual ~Lookup() = default;
  // An empty record when there is none; it may hold bindings that have expired. It is locked: copy out what
  // is needed, call nothing that calls the location service.
  virtual void visit(const Record& record) = 0;
  // After visit(); no lock is held any more.
  virtual void done() = 0;
};

class Update;

// Where an update has come from, when that is no place for any thread.
class Home {
 public:
  virtual ~Home() = default;
  // Sees to it that done() of the update is called. On any thread, or inside the call that submits it.
  virtual void arrived(std::unique_ptr<Update> update, boost::system::error_code error) = 0;
};

// What is to become of a record. The location service owns it until done() has returned.
class Update {
 public:
  virtual ~Update() = default;
  // One atomic step. May be called more than once, each time with the current record, which is locked; the
  // last call counts. A record left without bindings is dropped. Inside the call that submits it, or later
  // on any thread.
  virtual void change(Record& record) = 0;
  // Once, when the outcome is as durable as the store makes it; no lock is held. On an error nothing is
  // changed, or not any more. Inside the call that submits it, or later on any thread; with a home, where
  // that says.
  virtual void done(boost::system::error_code error) = 0;

  // Must outlive it.
  void set_home(Home& home) { home_ = &home; }
  // For location services: done(), at home.
  static void finish(std::unique_ptr<Update> update, boost::system::error_code error) {
    if (Home* const home = update->home_) return home->arrived(std::move(update), error);
    update->done(error);
  }

 private:
  Home* home_ = nullptr;
};

// Of two callables.
template <class Visit, class Done>
std::unique_ptr<Lookup> make_lookup(Visit visit, Done done) {
  class Pair final : public Lookup {
   public:
    Pair(Visit&& visit, Done&& done) : visit_(std::move(visit)), done_(std::move(done)) {}
    void visit(const Record& record) override { visit_(record); }
    void done() override { done_(); }

   private:
    Visit visit_;
    Done done_;
  };
  return std::make_unique<Pair>(std::move(visit), std::move(done));
}
template <class Change, class Done>
std::unique_ptr<Update> make_update(Change change, Done done) {
  class Pair final : public Update {
   public:
    Pair(Change&& change, Done&& done) : change_(std::move(change)), done_(std::move(done)) {}
    void change(Record& record) override { change_(record); }
    void done(boost::system::error_code error) override { done_(error); }

   private:
    Change change_;
    Done done_;
  };
  return std::make_unique<Pair>(std::move(change), std::move(done));
}

class LocationService {
 public:
  virtual ~LocationService() = default;

  // One observer for all changes, or none. What changed before is not told.
  void set_observer(Observer* observer) { observer_ = observer; }

  // `aor` may be a part of what is submitted.
  virtual void submit(std::string_view aor, std::unique_ptr<Lookup> lookup) = 0;
  virtual void submit(std::string_view aor, std::unique_ptr<Update> update) = 0;

  // Lookup::visit() alone, or with Lookup::done().
  template <class Visit>
  void lookup(std::string_view aor, Visit visit) {
    lookup(aor, std::move(visit), [] {});
  }
  template <class Visit, class Done>
  void lookup(std::string_view aor, Visit visit, Done done) {
    submit(aor, make_lookup(std::move(visit), std::move(done)));
  }
  // Update::change() and Update::done().
  using Change = std::function<void(Record&)>;
  template <class Change, class Done>
  void update(std::string_view aor, Change change, Done done) {
    submit(aor, make_update(std::move(change), std::move(done)));
  }

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

  // Does an update always end inside the call that submits it?
  virtual bool is_immediate() const { return false; }

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
