// The changes of records that are on their way to Redis: of each record one attempt at a time, made of all
// the changes that were asked for until then.
//
// Thread-safe, striped by AOR. A change runs as soon as it is asked for, on what the record will be when
// those before it have succeeded, and again when they have not.
#pragma once

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registrar/flow_index.h"
#include "registrar/location_service.h"
#include "registrar/redis/record_cache.h"

namespace flowgate::redis {

struct RecordChange {
  std::unique_ptr<registrar::Update> update;
  std::optional<registrar::Cause> cause;  // to be announced; nothing: the observer knows already
};

class RecordChanges {
 public:
  // The cache must outlive it. `max_waiting`: changes of one record.
  RecordChanges(RecordCache& cache, std::size_t max_waiting) : cache_(cache), max_waiting_(max_waiting) {}

  // What to send: `record` in the place of the one that `base` is the stamp of.
  struct Attempt {
    registrar::Record record;
    Stamp base;
    bool exists = false;  // there is one
    registrar::Cause cause = registrar::Cause::request;
  };

  enum class Added { attempt, waits, crowded };
  // Runs the change. `attempt`: it is to be sent now; `waits`: another is under way; `crowded`: it did not
  // run, and is left to the caller.
  Added add(std::string_view aor, RecordChange& change, Attempt& attempt);
  // The attempt has succeeded. Its changes, which are over; the next attempt when there is one.
  std::vector<RecordChange> succeeded(std::string_view aor, const Stamp& stamp, bool exists,
                                      std::optional<Attempt>& next);
  // Somebody else was faster: all changes run again on what is there now. Nothing: it was too often.
  std::optional<Attempt> conflicted(std::string_view aor, registrar::Record current, const Stamp& stamp);
  // It has failed, and with it those that were made on top of it: all of them, which are over.
  std::vector<RecordChange> failed(std::string_view aor);

  // The AORs with changes under way that have a binding over the flow.
  std::vector<std::string> aors_over(const Flow& flow) const { return flows_.aors(flow); }
  bool is_changing(std::string_view aor) const;
  // Changes under way.
  std::size_t size() const;

 private:
  struct Pending {
    registrar::Record working;  // with all changes
    Stamp base;                 // of what the next attempt is made on
    bool exists = false;        // there is one
    unsigned conflicts = 0;
    std::vector<RecordChange> sent, waiting;
    boost::container::small_vector<Flow, 2> flows;  // in flows_
  };
  struct alignas(64) Stripe {
    mutable std::mutex mutex;
    boost::unordered_flat_map<std::string, std::unique_ptr<Pending>, KeyedHash, std::equal_to<>> pending;
  };
  static constexpr std::size_t stripe_count = 256;

  Stripe& stripe_of(std::string_view aor) const { return stripes_[KeyedHash{}(aor) % stripe_count]; }
  void run(std::string_view aor, const RecordChange& change, Pending& pending);
  static Attempt make_attempt(Pending& pending);
  void erase(Stripe& stripe, std::string_view aor);

  RecordCache& cache_;
  std::size_t max_waiting_;
  registrar::FlowIndex flows_;
  std::unique_ptr<Stripe[]> stripes_ = std::make_unique<Stripe[]>(stripe_count);
};

}  // namespace flowgate::redis
