#include "registrar/sqlite/record_cache.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "registrar/record_codec.h"

namespace flowgate::registrar {
namespace {

constexpr std::size_t stripe_count = 256;
// A whole round takes 64 calls, about a minute; a lock is held for one stripe at a time.
constexpr std::size_t stripes_per_sweep = 4;
// Of updates that are over a stripe keeps so many, when they are of the usual size.
constexpr std::size_t most_spare = 8, most_spare_octets = 4096;

}  // namespace

struct RecordCache::Entry {
  Record record;
  PendingUpdate* oldest =
      nullptr;  // of those that are not published; the queue, or who took from it, has them
  PendingUpdate* newest = nullptr;
  std::int64_t page = 0;  // of the record in the database; 0: none

  bool is_unused() const { return record.bindings.empty() && oldest == nullptr; }
};

struct alignas(64) RecordCache::Stripe {
  using Entries = boost::unordered_flat_map<std::string, std::unique_ptr<Entry>, AorHash, SameAor>;
  std::mutex mutex;
  Entries entries;
  // Updates that are over, for those to come: else what one thread allocates another would free.
  std::vector<std::unique_ptr<PendingUpdate>> spare;

  Entry* find(const HashedAor& aor) {
    const auto found = entries.find(aor);
    return found == entries.end() ? nullptr : found->second.get();
  }
  Entry& find_or_make(const HashedAor& aor) {
    if (Entry* found = find(aor)) return *found;
    return *entries.emplace(aor.key, std::make_unique<Entry>()).first->second;
  }
  void erase(const HashedAor& aor) { entries.erase(entries.find(aor)); }

  std::unique_ptr<PendingUpdate> make_update(std::string_view aor) {
    std::unique_ptr<PendingUpdate> update;
    if (spare.empty()) {
      update = std::make_unique<PendingUpdate>();
    } else {
      update = std::move(spare.back());
      spare.pop_back();
    }
    update->aor = aor;
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

RecordCache::Stripe& RecordCache::stripe_of(const HashedAor& aor) const {
  return stripes_[aor.hash % stripe_count];
}

void RecordCache::show(std::string_view aor, Lookup& lookup) const {
  static const Record empty;
  const HashedAor hashed{aor};
  Stripe& stripe = stripe_of(hashed);
  const std::lock_guard lock{stripe.mutex};
  const Entry* entry = stripe.find(hashed);
  lookup.visit(entry == nullptr ? empty : entry->record);
}

const Record& RecordCache::newest(const Entry& entry, std::uint64_t generation) {
  const PendingUpdate* pending = entry.newest;
  return pending != nullptr && pending->generation == generation ? pending->record : entry.record;
}

RecordCache::Changed RecordCache::change(std::string_view aor, std::unique_ptr<Update>& asked) {
  const HashedAor hashed{aor};
  Stripe& stripe = stripe_of(hashed);
  const std::lock_guard lock{stripe.mutex};
  Entry& entry = stripe.find_or_make(hashed);
  auto update = stripe.make_update(aor);
  // Read before the version that is changed: should that fail, this update fails with it.
  update->generation = generation_.load();
  update->record = newest(entry, update->generation);
  asked->change(update->record);
  Changed changed = Changed::nothing_to_write;
  if (!update->record.bindings.empty() || entry.page != 0 || entry.oldest != nullptr) {
    update->asked = std::move(asked);
    changed = enqueue(entry, update) ? Changed::pending : Changed::no_room;
    if (changed == Changed::no_room) asked = std::move(update->asked);
  }
  if (entry.is_unused()) stripe.erase(hashed);
  return changed;
}

// Those of a refresh are the old ones: looking is cheaper than to list both.
bool RecordCache::uses_new_flows(const Record& before, const Record& after) {
  const auto is_over = [](const Binding& binding, const Flow& flow) {
    return binding.flow == flow && binding.path.empty() && binding.node.empty();
  };
  return std::ranges::any_of(after.bindings, [&](const Binding& binding) {
    return is_over(binding, binding.flow) && std::ranges::none_of(before.bindings, [&](const Binding& old) {
             return is_over(old, binding.flow);
           });
  });
}

bool RecordCache::enqueue(Entry& entry, std::unique_ptr<PendingUpdate>& update) {
  encode_record(update->record, clocks_(), update->octets);
  update->new_flows = uses_new_flows(entry.record, update->record);
  PendingUpdate* const queued = update.get();
  if (!queue_.push(update)) return false;
  if (queued->new_flows) {
    for (const auto& each : FlowExpiries{queued->record})
      pending_flows_.put(each.flow, queued->aor, each.expires, each.dialect);
  }
  (entry.newest != nullptr ? entry.newest->next : entry.oldest) = queued;
  entry.newest = queued;
  return true;
}

void RecordCache::dequeue(Entry& entry, const PendingUpdate& update) {
  entry.oldest = update.next;
  if (entry.oldest == nullptr) entry.newest = nullptr;
}

void RecordCache::publish(std::unique_ptr<PendingUpdate> update) {
  const HashedAor aor{update->aor};
  Stripe& stripe = stripe_of(aor);
  const std::lock_guard lock{stripe.mutex};
  Entry& entry = *stripe.find(aor);
  {
    const BindingIndex::Change change{index_, update->aor, entry.record};
    std::swap(entry.record, update->record);
  }
  // Afterwards: who looks for a flow looks here first.
  if (update->new_flows) forget_pending(entry.record, update->aor);
  dequeue(entry, *update);
  set_page(entry, entry.record.bindings.empty() ? 0 : update->page);
  if (entry.is_unused()) stripe.erase(aor);
  stripe.take_back(std::move(update));
}

void RecordCache::fail(std::unique_ptr<PendingUpdate> update) {
  const HashedAor aor{update->aor};
  Stripe& stripe = stripe_of(aor);
  const std::lock_guard lock{stripe.mutex};
  Entry& entry = *stripe.find(aor);
  if (update->new_flows) forget_pending(update->record, update->aor);
  dequeue(entry, *update);
  if (!entry.is_unused()) return;
  set_page(entry, 0);
  stripe.erase(aor);
}

void RecordCache::forget_pending(const Record& record, std::string_view aor) {
  for (const auto& each : FlowExpiries{record}) pending_flows_.erase(each.flow, aor);
}

void RecordCache::remove(std::string_view aor, const LocationService::Dead& dead, bool lasting) {
  const HashedAor hashed{aor};
  Stripe& stripe = stripe_of(hashed);
  const std::lock_guard lock{stripe.mutex};
  Entry* entry = stripe.find(hashed);
  if (entry == nullptr) return;
  bool removed = false;
  {
    const BindingIndex::Change change{index_, aor, entry->record};
    removed = erase_bindings(entry->record, dead);
  }
  for (PendingUpdate* each = entry->oldest; each != nullptr; each = each->next) {
    const FlowExpiries before{each->record};
    if (!erase_bindings(each->record, dead)) continue;
    removed = true;
    const FlowExpiries after{each->record};
    for (const auto& flow : before) {
      if (after.find(flow.flow) == nullptr) pending_flows_.erase(flow.flow, aor);
    }
  }
  if (lasting && removed) {
    auto update = stripe.make_update(aor);
    update->generation = generation_.load();
    update->record = newest(*entry, update->generation);
    // When it is turned away, because all is about to end, a later start finds out again.
    enqueue(*entry, update);
  }
  if (!entry->is_unused()) return;
  set_page(*entry, 0);
  stripe.erase(hashed);
}

// Those of pending updates first: an update that is published in the meantime is found among the others.
std::vector<std::string> RecordCache::take(const Flow& flow) {
  std::vector<std::string> aors = pending_flows_.take(flow);
  for (std::string& aor : index_.flows().take(flow)) aors.push_back(std::move(aor));
  std::ranges::sort(aors);
  aors.erase(std::unique(aors.begin(), aors.end()), aors.end());
  return aors;
}

std::optional<Dialect> RecordCache::registered_over(const Flow& flow, Instant now) {
  return index_.registered_over(flow, now, [this](std::string_view aor) {
    const HashedAor hashed{aor};
    Stripe& stripe = stripe_of(hashed);
    const std::lock_guard lock{stripe.mutex};
    const Entry* entry = stripe.find(hashed);
    if (entry != nullptr) index_.learn(aor, entry->record);
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
    Entry& entry = *each.second;
    if (std::ranges::none_of(entry.record.bindings, expired)) return false;
    changed.push_back(each.first);
    const BindingIndex::Change change{index_, each.first, entry.record};
    erase_bindings(entry.record, expired);
    if (!entry.is_unused()) return false;
    set_page(entry, 0);
    return true;
  });
}

bool RecordCache::copy_record(std::int64_t page, std::string_view aor, std::string& octets) const {
  const HashedAor hashed{aor};
  Stripe& stripe = stripe_of(hashed);
  const std::lock_guard lock{stripe.mutex};
  const Entry* entry = stripe.find(hashed);
  if (entry == nullptr || entry->page != page) return false;
  if (!entry->record.bindings.empty()) encode_record(entry->record, clocks_(), octets);
  return true;
}

void RecordCache::move_record(std::int64_t page, std::string_view aor, std::int64_t to) {
  const HashedAor hashed{aor};
  Stripe& stripe = stripe_of(hashed);
  const std::lock_guard lock{stripe.mutex};
  Entry* entry = stripe.find(hashed);
  if (entry != nullptr && entry->page == page) set_page(*entry, to);
}

void RecordCache::set_page(Entry& entry, std::int64_t page) {
  live_pages_.move(entry.page, page);
  entry.page = page;
}

bool RecordCache::is_loaded(std::string_view aor) const {
  const HashedAor hashed{aor};
  return stripe_of(hashed).find(hashed) != nullptr;
}

void RecordCache::load(std::int64_t page, std::string_view aor, Record record) {
  const HashedAor hashed{aor};
  Entry& entry = stripe_of(hashed).find_or_make(hashed);
  const BindingIndex::Change change{index_, aor, entry.record};
  entry.record = std::move(record);
  set_page(entry, entry.record.bindings.empty() ? 0 : page);
}

// A record without bindings has kept older ones away.
void RecordCache::loaded() {
  for (std::size_t i = 0; i < stripe_count; ++i) {
    boost::unordered::erase_if(stripes_[i].entries,
                               [](const auto& each) { return each.second->is_unused(); });
  }
}

}  // namespace flowgate::registrar
