// Every record of the database, in memory, and beside it the versions of it that are on their way to the
// disk.
//
// A change is made on the newest version, and seen when it has been published. When versions fail, so does
// what was made of them: a generation begins, and of what belongs to an earlier one nothing is used any more.
//
// Thread-safe; publish(), fail() and what follows them for one thread at a time. Locks as MemoryStore does.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registrar/binding_index.h"
#include "registrar/clock_reading.h"
#include "registrar/hashed.h"
#include "registrar/location_service.h"
#include "registrar/sqlite/live_pages.h"
#include "registrar/sqlite/update_queue.h"

namespace flowgate::registrar {

class RecordCache {
 public:
  using Clocks = std::function<ClockReading()>;
  // Both must outlive it.
  RecordCache(UpdateQueue& queue, const Clocks& clocks);
  ~RecordCache();

  void show(std::string_view aor, Lookup& lookup) const;

  enum class Changed { pending, nothing_to_write, no_room };
  // Runs the change on the newest version and queues what it makes of it, with the update; in the other cases
  // that is left to the caller.
  Changed change(std::string_view aor, std::unique_ptr<Update>& asked);
  // What is dead goes from all versions, at once. `lasting`: from the disk, too.
  void remove(std::string_view aor, const LocationService::Dead& dead, bool lasting);
  // The AORs that may have bindings over the flow.
  std::vector<std::string> take(const Flow& flow);
  std::optional<Dialect> registered_over(const Flow& flow, Instant now);
  // Looks at a part of the records; appends the AORs that have lost something.
  void sweep(Instant now, std::vector<std::string>& changed);
  std::size_t size() const { return index_.size(); }

  // The update is on the disk, in its page: it is seen now.
  void publish(std::unique_ptr<PendingUpdate> update);
  void fail(std::unique_ptr<PendingUpdate> update);
  void begin_generation() { generation_.fetch_add(1); }
  bool is_current(const PendingUpdate& update) const { return update.generation == generation_.load(); }

  // The pages of the log and their records that count: one for each AOR with bindings.
  LivePages& live_pages() { return live_pages_; }
  // When the AOR's record in that page counts, appends it, as it is now, to `octets`. One that has become
  // empty is none.
  bool copy_record(std::int64_t page, std::string_view aor, std::string& octets) const;
  // The AOR's record of `page` is in another page now; 0: in none.
  void move_record(std::int64_t page, std::string_view aor, std::int64_t to);

  // From the newest record of the database to the oldest. Older ones of an AOR do not count.
  bool is_loaded(std::string_view aor) const;
  void load(std::int64_t page, std::string_view aor, Record record);
  // Once, at the end.
  void loaded();

 private:
  struct Entry;
  struct Stripe;
  Stripe& stripe_of(const HashedAor& aor) const;
  // The version that the next change is made on.
  static const Record& newest(const Entry& entry, std::uint64_t generation);
  static bool uses_new_flows(const Record& before, const Record& after);
  void forget_pending(const Record& record, std::string_view aor);
  bool enqueue(Entry& entry, std::unique_ptr<PendingUpdate>& update);
  void dequeue(Entry& entry, const PendingUpdate& update);
  void set_page(Entry& entry, std::int64_t page);
  void sweep(Stripe& stripe, Instant now, std::vector<std::string>& changed);

  UpdateQueue& queue_;
  const Clocks& clocks_;
  std::unique_ptr<Stripe[]> stripes_;
  BindingIndex index_;
  FlowIndex pending_flows_;  // of updates that are not published, and of no record yet
  std::atomic<std::uint64_t> generation_{0};
  LivePages live_pages_;
  std::atomic<std::size_t> next_sweep_{0};
};

}  // namespace flowgate::registrar
