// Every record of the database, in memory, and beside it the updates of it that are on their way to the disk.
//
// A change is seen at once; whoever asked for it is told when it is on the disk. When it cannot be written it
// is undone, and with it what was made of it since: a generation begins, and what belongs to an earlier one
// and was not settled fails.
//
// Thread-safe; settle(), fail() and what follows them for one thread at a time. Locks as MemoryStore does.
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
  // Runs the change and queues what it makes of the record, with the update; in the other cases that is left
  // to the caller.
  Changed change(std::string_view aor, std::unique_ptr<Update>& asked);
  // What is dead goes, and does not come back with what is undone. `lasting`: from the disk, too.
  void remove(std::string_view aor, const LocationService::Dead& dead, bool lasting);
  // The AORs that may have bindings over the flow.
  std::vector<std::string> take(const Flow& flow);
  std::optional<Dialect> registered_over(const Flow& flow, Instant now);
  // Looks at a part of the records; appends the AORs that have lost something.
  void sweep(Instant now, std::vector<std::string>& changed);
  std::size_t size() const { return index_.size(); }

  // The update is on the disk, in its page. Those of an AOR in the order in which they were queued, here and
  // in fail().
  void settle(std::unique_ptr<PendingUpdate> update);
  // The update, not of this generation, is not on the disk: it is undone.
  void fail(std::unique_ptr<PendingUpdate> update);
  void begin_generation() { generation_.fetch_add(1); }
  bool is_current(const PendingUpdate& update) const { return update.generation == generation_.load(); }

  // The pages of the log and their records that count: one for each AOR with bindings.
  LivePages& live_pages() { return live_pages_; }
  // When the AOR's record in that page counts, appends it to `octets`, without what is not on the disk yet.
  // One that has become empty is none.
  bool copy_record(std::int64_t page, std::string_view aor, std::string& octets) const;
  // The AOR's record of `page` is in another page now; 0: in none.
  void move_record(std::int64_t page, std::string_view aor, std::int64_t to);

  // From the newest record of the database to the oldest. Older ones of an AOR do not count.
  bool is_loaded(std::string_view aor) const;
  void load(std::int64_t page, std::string_view aor, Record record);
  // Once, at the end.
  void loaded();

 private:
  struct Stripe;
  Stripe& stripe_of(std::size_t hash) const;
  // Undoes what does not belong to `generation`.
  void undo(CachedRecord& record, std::string_view aor, std::uint64_t generation);
  void forget_dropped(const PendingUpdate& update);
  bool enqueue(CachedRecord& record, std::unique_ptr<PendingUpdate>& update);
  static void dequeue(const PendingUpdate& update);
  void set_page(CachedRecord& record, std::int64_t page);
  void sweep(Stripe& stripe, Instant now, std::vector<std::string>& changed);

  UpdateQueue& queue_;
  const Clocks& clocks_;
  std::unique_ptr<Stripe[]> stripes_;
  BindingIndex index_;
  FlowIndex dropped_flows_;  // of what may be undone
  std::atomic<std::uint64_t> generation_{0};
  LivePages live_pages_;
  std::atomic<std::size_t> next_sweep_{0};
};

}  // namespace flowgate::registrar
