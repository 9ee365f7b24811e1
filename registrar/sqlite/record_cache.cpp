#include "registrar/sqlite/record_cache.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "registrar/record_codec.h"
#include "registrar/sqlite/cached_record.h"

namespace flowgate::registrar {
namespace {

constexpr std::size_t stripe_count = 256;
// A whole round takes 64 calls, about a minute; a lock is held for one stripe at a time.
constexpr std::size_t stripes_per_sweep = 4;
// Of updates that are over a stripe keeps so many, when they are of the usual size.
constexpr std::size_t most_spare = 8, most_spare_octets = 4096;

bool is_over(const Binding& binding, const Flow& flow) {
  return binding.flow == flow && binding.path.empty() && binding.node.empty();
}

// Those of a refresh are the old ones: looking is cheaper than to list both.
bool drops_flows(const Record& before, const Record& after) {
  return std::ranges::any_of(before.bindings, [&](const Binding& old) {
    return is_over(old, old.flow) && std::ranges::none_of(after.bindings, [&](const Binding& binding) {
             return is_over(binding, old.flow);
           });
  });
}

}  // namespace

struct alignas(64) RecordCache::Stripe {
  using Entries = boost::unordered_flat_map<std::string, std::unique_ptr<CachedRecord>, AorHash, SameAor>;
  std::mutex mutex;
  Entries entries;
  // Updates that are over, for those to come: else what one thread allocates another would free.
  std::vector<std::unique_ptr<PendingUpdate>> spare;

  CachedRecord* find(const HashedAor& aor) {
    const auto found = entries.find(aor);
    return found == entries.end() ? nullptr : found->second.get();
  }
  CachedRecord& find_or_make(const HashedAor& aor) {
    if (CachedRecord* found = find(aor)) return *found;
    return *entries.emplace(aor.key, std::make_unique<CachedRecord>()).first->second;
  }
  void erase(const HashedAor& aor) { entries.erase(entries.find(aor)); }

  std::unique_ptr<PendingUpdate> make_update(const HashedAor& aor, CachedRecord& of) {
    std::unique_ptr<PendingUpdate> update;
    if (spare.empty()) {
      update = std::make_unique<PendingUpdate>();
    } else {
      update = std::move(spare.back());
      spare.pop_back();
    }
    update->aor = aor.key;
    update->hash = aor.hash;
    update->of = &of;
    update->before = of.record;
    return update;
  }
  void take_back(std::unique_ptr<PendingUpdate> update) {
    if (spare.size() >= most_spare || update->room() > most_spare_octets) return;
    update->begin_anew();
    spare.push_back(std::move(update));
  }
};

RecordCache::RecordCache(UpdateQueue& queue, const Clocks& clocks)
    : queue_(queue), clocks_(clocks), stripes_(std::make_unique<Stripe[]>(stripe_count)) {}

RecordCache::~RecordCache() = default;

RecordCache::Stripe& RecordCache::stripe_of(std::size_t hash) const {
  return stripes_[hash % stripe_count];
}

void RecordCache::show(std::string_view aor, Lookup& lookup) const {
  static const Record empty;
  const HashedAor hashed{aor};
  Stripe& stripe = stripe_of(hashed.hash);
  const std::lock_guard lock{stripe.mutex};
  const CachedRecord* const found = stripe.find(hashed);
  lookup.visit(found == nullptr ? empty : found->record);
}

RecordCache::Changed RecordCache::change(std::string_view aor, std::unique_ptr<Update>& asked) {
  const HashedAor hashed{aor};
  Stripe& stripe = stripe_of(hashed.hash);
  const std::lock_guard lock{stripe.mutex};
  CachedRecord& changed = stripe.find_or_make(hashed);
  // Read before the record is changed: should what it is made of fail, this update fails with it.
  const std::uint64_t generation = generation_.load();
  undo(changed, aor, generation);
  auto update = stripe.make_update(hashed, changed);
  update->generation = generation;
  Changed outcome = Changed::nothing_to_write;
  {
    const BindingIndex::Change change{index_, aor, changed.record};
    asked->change(changed.record);
    if (!changed.record.bindings.empty() || changed.page != 0 || changed.oldest != nullptr) {
      update->asked = std::move(asked);
      outcome = enqueue(changed, update) ? Changed::pending : Changed::no_room;
    }
    if (outcome == Changed::no_room) {
      asked = std::move(update->asked);
      std::swap(changed.record, update->before);
    }
  }
  if (changed.is_unused()) stripe.erase(hashed);
  return outcome;
}

// What is dropped is put there before it leaves the index: whoever looks for a flow looks here last.
bool RecordCache::enqueue(CachedRecord& record, std::unique_ptr<PendingUpdate>& update) {
  encode_record(record.record, clocks_(), update->octets);
  update->is_empty = record.record.bindings.empty();
  update->drops_flows = drops_flows(update->before, record.record);
  PendingUpdate* const queued = update.get();
  if (!queue_.push(update)) return false;
  if (queued->drops_flows) {
    for (const auto& each : FlowExpiries{queued->before})
      dropped_flows_.put(each.flow, queued->aor, each.expires, each.dialect);
  }
  (record.newest != nullptr ? record.newest->next : record.oldest) = queued;
  record.newest = queued;
  return true;
}

void RecordCache::dequeue(const PendingUpdate& update) {
  CachedRecord& record = *update.of;
  record.oldest = update.next;
  if (record.oldest == nullptr) record.newest = nullptr;
}

void RecordCache::settle(std::unique_ptr<PendingUpdate> update) {
  Stripe& stripe = stripe_of(update->hash);
  const std::lock_guard lock{stripe.mutex};
  CachedRecord& settled = *update->of;
  forget_dropped(*update);
  dequeue(*update);
  const bool unused = settled.is_unused();
  set_page(settled, unused || update->is_empty ? 0 : update->page);
  if (unused) stripe.erase(HashedAor{update->aor});
  stripe.take_back(std::move(update));
}

void RecordCache::fail(std::unique_ptr<PendingUpdate> update) {
  Stripe& stripe = stripe_of(update->hash);
  const std::lock_guard lock{stripe.mutex};
  CachedRecord& failed = *update->of;
  undo(failed, update->aor, generation_.load());
  dequeue(*update);
  if (!failed.is_unused()) return;
  set_page(failed, 0);
  stripe.erase(HashedAor{update->aor});
}

// What was queued behind an update of another generation is of another generation, too: before one of this
// generation is queued, they are undone.
void RecordCache::undo(CachedRecord& record, std::string_view aor, std::uint64_t generation) {
  PendingUpdate* const first = record.first_pending();
  if (first == nullptr || first->generation == generation) return;
  {
    const BindingIndex::Change change{index_, aor, record.record};
    record.record = first->before;
  }
  for (PendingUpdate* each = first; each != nullptr; each = each->next) {
    each->undone = true;
    forget_dropped(*each);
  }
}

void RecordCache::forget_dropped(const PendingUpdate& update) {
  if (!update.drops_flows) return;
  for (const auto& each : FlowExpiries{update.before}) dropped_flows_.erase(each.flow, update.aor);
}

void RecordCache::remove(std::string_view aor, const LocationService::Dead& dead, bool lasting) {
  const HashedAor hashed{aor};
  Stripe& stripe = stripe_of(hashed.hash);
  const std::lock_guard lock{stripe.mutex};
  CachedRecord* const found = stripe.find(hashed);
  if (found == nullptr) return;
  const std::uint64_t generation = generation_.load();
  undo(*found, aor, generation);
  bool removed = false;
  {
    const BindingIndex::Change change{index_, aor, found->record};
    removed = erase_bindings(found->record, dead);
  }
  for (PendingUpdate* each = found->oldest; each != nullptr; each = each->next) {
    const FlowExpiries before{each->before};
    if (!erase_bindings(each->before, dead)) continue;
    removed = true;
    const FlowExpiries left{each->before};
    for (const auto& flow : before) {
      if (left.find(flow.flow) == nullptr) dropped_flows_.erase(flow.flow, aor);
    }
  }
  if (lasting && removed) {
    auto update = stripe.make_update(hashed, *found);
    update->generation = generation;
    // When it is turned away, because all is about to end, a later start finds out again.
    enqueue(*found, update);
  }
  if (!found->is_unused()) return;
  set_page(*found, 0);
  stripe.erase(hashed);
}

// An update that is made in the meantime takes a flow from the index to those that are dropped, and one that
// is undone takes it back.
std::vector<std::string> RecordCache::take(const Flow& flow) {
  std::vector<std::string> aors = dropped_flows_.take(flow);
  for (std::string& aor : index_.flows().take(flow)) aors.push_back(std::move(aor));
  for (std::string& aor : dropped_flows_.take(flow)) aors.push_back(std::move(aor));
  std::ranges::sort(aors);
  aors.erase(std::unique(aors.begin(), aors.end()), aors.end());
  return aors;
}

std::optional<Dialect> RecordCache::registered_over(const Flow& flow, Instant now) {
  return index_.registered_over(flow, now, [this](std::string_view aor) {
    const HashedAor hashed{aor};
    Stripe& stripe = stripe_of(hashed.hash);
    const std::lock_guard lock{stripe.mutex};
    const CachedRecord* const found = stripe.find(hashed);
    if (found != nullptr) index_.learn(aor, found->record);
  });
}

void RecordCache::sweep(Instant now, std::vector<std::string>& changed) {
  const std::size_t first = next_sweep_.fetch_add(stripes_per_sweep, std::memory_order_relaxed);
  for (std::size_t i = 0; i < stripes_per_sweep; ++i)
    sweep(stripes_[(first + i) % stripe_count], now, changed);
}

// Nothing is written: what has expired is not loaded.
void RecordCache::sweep(Stripe& stripe, Instant now, std::vector<std::string>& changed) {
  const auto expired = [now](const Binding& binding) { return binding.expires <= now; };
  const std::lock_guard lock{stripe.mutex};
  boost::unordered::erase_if(stripe.entries, [&](auto& each) {
    CachedRecord& cached = *each.second;
    if (std::ranges::none_of(cached.record.bindings, expired)) return false;
    changed.push_back(each.first);
    const BindingIndex::Change change{index_, each.first, cached.record};
    erase_bindings(cached.record, expired);
    if (!cached.is_unused()) return false;
    set_page(cached, 0);
    return true;
  });
}

bool RecordCache::copy_record(std::int64_t page, std::string_view aor, std::string& octets) const {
  const HashedAor hashed{aor};
  Stripe& stripe = stripe_of(hashed.hash);
  const std::lock_guard lock{stripe.mutex};
  const CachedRecord* const found = stripe.find(hashed);
  if (found == nullptr || found->page != page) return false;
  if (!found->durable().bindings.empty()) encode_record(found->durable(), clocks_(), octets);
  return true;
}

void RecordCache::move_record(std::int64_t page, std::string_view aor, std::int64_t to) {
  const HashedAor hashed{aor};
  Stripe& stripe = stripe_of(hashed.hash);
  const std::lock_guard lock{stripe.mutex};
  CachedRecord* const found = stripe.find(hashed);
  if (found != nullptr && found->page == page) set_page(*found, to);
}

void RecordCache::set_page(CachedRecord& record, std::int64_t page) {
  live_pages_.move(record.page, page);
  record.page = page;
}

bool RecordCache::is_loaded(std::string_view aor) const {
  const HashedAor hashed{aor};
  return stripe_of(hashed.hash).find(hashed) != nullptr;
}

void RecordCache::load(std::int64_t page, std::string_view aor, Record record) {
  const HashedAor hashed{aor};
  CachedRecord& cached = stripe_of(hashed.hash).find_or_make(hashed);
  const BindingIndex::Change change{index_, aor, cached.record};
  cached.record = std::move(record);
  set_page(cached, cached.record.bindings.empty() ? 0 : page);
}

// A record without bindings has kept older ones away.
void RecordCache::loaded() {
  for (std::size_t i = 0; i < stripe_count; ++i) {
    boost::unordered::erase_if(stripes_[i].entries,
                               [](const auto& each) { return each.second->is_unused(); });
  }
}

}  // namespace flowgate::registrar
