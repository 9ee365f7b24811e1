#include "registrar/memory_store.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace flowgate::registrar {
namespace {

template <class Bindings, class Dead>
void erase_if(Bindings& bindings, Dead dead) {
  bindings.erase(std::remove_if(bindings.begin(), bindings.end(), dead), bindings.end());
}

constexpr std::size_t stripe_count = 256;
// A whole round takes 64 calls, about a minute; a lock is held for one stripe at a time.
constexpr std::size_t stripes_per_sweep = 4;

// The flows to UAs of a record, each with the time its last binding expires. A binding with a Path came over
// the flow of the last proxy of that Path, and does not depend on it.
class FlowExpiries {
 public:
  struct Entry {
    Flow flow;
    Instant expires;
    Dialect dialect;
    bool operator==(const Entry&) const = default;
  };

  explicit FlowExpiries(const Record& record) {
    for (const Binding& binding : record.bindings) {
      if (!binding.path.empty()) continue;
      const auto entry = find(binding.flow);
      if (entry == entries_.end()) {
        entries_.push_back({binding.flow, binding.expires, binding.dialect});
      } else {
        entry->expires = std::max(entry->expires, binding.expires);
        entry->dialect = binding.dialect;
      }
    }
  }

  bool has(const Flow& flow) { return find(flow) != entries_.end(); }
  bool has(const Entry& entry) const { return std::ranges::find(entries_, entry) != entries_.end(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

 private:
  using Entries = boost::container::small_vector<Entry, 4>;
  Entries::iterator find(const Flow& flow) { return std::ranges::find(entries_, flow, &Entry::flow); }
  Entries entries_;
};

}  // namespace

struct alignas(64) MemoryStore::Stripe {
  std::mutex mutex;
  boost::unordered_flat_map<std::string, std::unique_ptr<Record>, KeyedHash, std::equal_to<>> records;
};

MemoryStore::MemoryStore() : stripes_(std::make_unique<Stripe[]>(stripe_count)) {}
MemoryStore::~MemoryStore() = default;

void MemoryStore::lookup(std::string_view aor, Visit visit) {
  static const Record empty;
  Stripe& stripe = stripe_of(aor);
  const std::lock_guard lock{stripe.mutex};
  const auto entry = stripe.records.find(aor);
  visit(entry == stripe.records.end() ? empty : *entry->second);
}

void MemoryStore::update(std::string_view aor, Change change, Done done) {
  edit(stripe_of(aor), aor, change);
  announce(aor, Cause::request);
  done({});
}

void MemoryStore::remove_flow(const Flow& flow) {
  const auto over_flow = [&flow](const Binding& binding) { return binding.by_flow && binding.flow == flow; };
  for (const std::string& aor : flows_.take(flow)) {
    edit(stripe_of(aor), aor, [&](Record& record) { erase_if(record.bindings, over_flow); });
    announce(aor, Cause::flow_failure);
  }
}

void MemoryStore::remove_dead(std::string_view aor, Dead dead) {
  edit(stripe_of(aor), aor, [&dead](Record& record) { erase_if(record.bindings, dead); });
  announce(aor, Cause::flow_failure);
}

std::optional<Dialect> MemoryStore::registered_over(const Flow& flow, Instant now) {
  return flows_.dialect_of(flow, now);
}

void MemoryStore::sweep(Instant now) {
  const std::size_t first = next_sweep_.fetch_add(stripes_per_sweep, std::memory_order_relaxed);
  std::vector<std::string> changed;
  for (std::size_t i = 0; i < stripes_per_sweep; ++i)
    sweep(stripes_[(first + i) % stripe_count], now, changed);
  for (const std::string& aor : changed) announce(aor, Cause::expiry);
}

std::size_t MemoryStore::size() const {
  return size_.load(std::memory_order_relaxed);
}

MemoryStore::Stripe& MemoryStore::stripe_of(std::string_view aor) const {
  return stripes_[KeyedHash{}(aor) % stripe_count];
}

template <class Edit>
void MemoryStore::edit(Stripe& stripe, std::string_view aor, const Edit& edit) {
  const std::lock_guard lock{stripe.mutex};
  const auto entry = stripe.records.find(aor);
  if (entry != stripe.records.end()) {
    edit_record(aor, *entry->second, edit);
    if (entry->second->bindings.empty()) stripe.records.erase(entry);
    return;
  }
  auto record = std::make_unique<Record>();
  edit_record(aor, *record, edit);
  if (!record->bindings.empty()) stripe.records.emplace(aor, std::move(record));
}

// Keeps the flow index and the count in step with what `edit` does to the record.
template <class Edit>
void MemoryStore::edit_record(std::string_view aor, Record& record, const Edit& edit) {
  FlowExpiries before{record};
  const std::size_t size_before = record.bindings.size();
  edit(record);
  FlowExpiries after{record};
  for (const auto& entry : before) {
    if (!after.has(entry.flow)) flows_.erase(entry.flow, aor);
  }
  for (const auto& entry : after) {
    if (!before.has(entry)) flows_.put(entry.flow, aor, entry.expires, entry.dialect);
  }
  size_.fetch_add(record.bindings.size() - size_before, std::memory_order_relaxed);
}

void MemoryStore::sweep(Stripe& stripe, Instant now, std::vector<std::string>& changed) {
  const auto expired = [now](const Binding& binding) { return binding.expires <= now; };
  const std::lock_guard lock{stripe.mutex};
  boost::unordered::erase_if(stripe.records, [&](auto& entry) {
    auto& bindings = entry.second->bindings;
    if (std::ranges::none_of(bindings, expired)) return false;
    if (observed()) changed.push_back(entry.first);
    edit_record(entry.first, *entry.second, [&](Record&) { erase_if(bindings, expired); });
    return bindings.empty();
  });
}

}  // namespace flowgate::registrar
