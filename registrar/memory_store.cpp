#include "registrar/memory_store.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace flowgate::registrar {
namespace {

constexpr std::size_t stripe_count = 256;
// A whole round takes 64 calls, about a minute; a lock is held for one stripe at a time.
constexpr std::size_t stripes_per_sweep = 4;

}  // namespace

struct alignas(64) MemoryStore::Stripe {
  std::mutex mutex;
  boost::unordered_flat_map<std::string, std::unique_ptr<Record>, AorHash, SameAor> records;
};

MemoryStore::MemoryStore() : stripes_(std::make_unique<Stripe[]>(stripe_count)) {}
MemoryStore::~MemoryStore() = default;

void MemoryStore::submit(std::string_view aor, std::unique_ptr<Lookup> lookup) {
  static const Record empty;
  const HashedAor hashed{aor};
  Stripe& stripe = stripe_of(hashed);
  {
    const std::lock_guard lock{stripe.mutex};
    const auto entry = stripe.records.find(hashed);
    lookup->visit(entry == stripe.records.end() ? empty : *entry->second);
  }
  lookup->done();
}

void MemoryStore::submit(std::string_view aor, std::unique_ptr<Update> update) {
  edit(aor, [&update](Record& record) { update->change(record); });
  announce(aor, Cause::request);
  Update::finish(std::move(update), {});
}

void MemoryStore::remove_flow(const Flow& flow) {
  const auto over_flow = [&flow](const Binding& binding) { return binding.by_flow && binding.flow == flow; };
  for (const std::string& aor : index_.flows().take(flow)) {
    edit(aor, [&](Record& record) { erase_bindings(record, over_flow); });
    announce(aor, Cause::flow_failure);
  }
}

void MemoryStore::remove_dead(std::string_view aor, Dead dead) {
  edit(aor, [&dead](Record& record) { erase_bindings(record, dead); });
  announce(aor, Cause::flow_failure);
}

std::optional<Dialect> MemoryStore::registered_over(const Flow& flow, Instant now) {
  return index_.registered_over(flow, now, [this](std::string_view aor) {
    const HashedAor hashed{aor};
    Stripe& stripe = stripe_of(hashed);
    const std::lock_guard lock{stripe.mutex};
    const auto entry = stripe.records.find(hashed);
    if (entry != stripe.records.end()) index_.learn(aor, *entry->second);
  });
}

void MemoryStore::sweep(Instant now) {
  const std::size_t first = next_sweep_.fetch_add(stripes_per_sweep, std::memory_order_relaxed);
  std::vector<std::string> changed;
  for (std::size_t i = 0; i < stripes_per_sweep; ++i)
    sweep(stripes_[(first + i) % stripe_count], now, changed);
  for (const std::string& aor : changed) announce(aor, Cause::expiry);
}

std::size_t MemoryStore::size() const {
  return index_.size();
}

MemoryStore::Stripe& MemoryStore::stripe_of(const HashedAor& aor) const {
  return stripes_[aor.hash % stripe_count];
}

template <class Edit>
void MemoryStore::edit(std::string_view aor, const Edit& edit) {
  const HashedAor hashed{aor};
  Stripe& stripe = stripe_of(hashed);
  const std::lock_guard lock{stripe.mutex};
  const auto entry = stripe.records.find(hashed);
  if (entry != stripe.records.end()) {
    {
      const BindingIndex::Change change{index_, aor, *entry->second};
      edit(*entry->second);
    }
    if (entry->second->bindings.empty()) stripe.records.erase(entry);
    return;
  }
  auto record = std::make_unique<Record>();
  {
    const BindingIndex::Change change{index_, aor, *record};
    edit(*record);
  }
  if (!record->bindings.empty()) stripe.records.emplace(aor, std::move(record));
}

void MemoryStore::sweep(Stripe& stripe, Instant now, std::vector<std::string>& changed) {
  const auto expired = [now](const Binding& binding) { return binding.expires <= now; };
  const std::lock_guard lock{stripe.mutex};
  boost::unordered::erase_if(stripe.records, [&](auto& entry) {
    auto& bindings = entry.second->bindings;
    if (std::ranges::none_of(bindings, expired)) return false;
    if (observed()) changed.push_back(entry.first);
    const BindingIndex::Change change{index_, entry.first, *entry.second};
    erase_bindings(*entry.second, expired);
    return bindings.empty();
  });
}

}  // namespace flowgate::registrar
