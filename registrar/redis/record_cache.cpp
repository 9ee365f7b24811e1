#include "registrar/redis/record_cache.h"

#include <utility>

namespace flowgate::redis {
namespace {

using registrar::Record;

// A whole round takes 64 calls, about a minute.
constexpr std::size_t stripes_per_sweep = 4;

void nothing(boost::system::error_code) {}

}  // namespace

RecordCache::RecordCache(Expired expired) : expired_(std::move(expired)) {
  memory_.set_observer(this);
}

RecordCache::Known RecordCache::get(std::string_view aor) {
  Known known;
  memory_.lookup(aor, [&](const Record& record) {
    known.record = record;
    const Stripe& stripe = stripe_of(aor);
    const std::lock_guard lock{stripe.mutex};
    const auto entry = stripe.entries.find(aor);
    if (entry == stripe.entries.end()) return;
    known.stamp = entry->second.stamp;
    known.exists = entry->second.exists;
  });
  return known;
}

bool RecordCache::is_news(std::string_view aor, const Stamp& stamp) const {
  const Stripe& stripe = stripe_of(aor);
  const std::lock_guard lock{stripe.mutex};
  const auto entry = stripe.entries.find(aor);
  return entry == stripe.entries.end() || entry->second.stamp < stamp;
}

bool RecordCache::put(std::string_view aor, Record record, const Stamp& stamp) {
  bool taken = false;
  const auto take = [&](Record& current) {
    taken = advance(aor, stamp, !record.bindings.empty());
    if (taken) current = std::move(record);
  };
  memory_.update(aor, take, nothing);
  return taken;
}

bool RecordCache::advance(std::string_view aor, const Stamp& stamp, bool exists) {
  Stripe& stripe = stripe_of(aor);
  const std::lock_guard lock{stripe.mutex};
  const auto entry = stripe.entries.find(aor);
  if (entry == stripe.entries.end()) {
    stripe.entries.emplace(aor, Entry{stamp, exists, false});
    return true;
  }
  if (entry->second.stamp >= stamp) return false;
  entry->second = {stamp, exists, false};
  return true;
}

bool RecordCache::drop(std::string_view aor, const registrar::LocationService::Dead& dead) {
  bool dropped = false;
  const auto erase = [&](Record& record) { dropped = registrar::erase_bindings(record, dead); };
  memory_.update(aor, erase, nothing);
  return dropped;
}

void RecordCache::vanished(std::string_view aor, const Stamp& stamp) {
  const auto clear = [&](Record& record) {
    Stripe& stripe = stripe_of(aor);
    const std::lock_guard lock{stripe.mutex};
    const auto entry = stripe.entries.find(aor);
    if (entry == stripe.entries.end() || entry->second.stamp != stamp) return;
    entry->second.exists = false;
    record.bindings.clear();
  };
  memory_.update(aor, clear, nothing);
}

std::vector<std::string> RecordCache::forget_before(std::uint64_t session) {
  std::vector<std::string> old, forgotten;
  for (std::size_t i = 0; i < stripe_count; ++i) {
    const std::lock_guard lock{stripes_[i].mutex};
    for (const auto& [aor, entry] : stripes_[i].entries) {
      if (entry.stamp.session < session && entry.exists) old.push_back(aor);
    }
  }
  for (std::string& aor : old) {
    if (put(aor, {}, {session, 0})) forgotten.push_back(std::move(aor));
  }
  return forgotten;
}

void RecordCache::sweep(registrar::Instant now) {
  memory_.sweep(now);
  const std::size_t first = next_sweep_.fetch_add(stripes_per_sweep, std::memory_order_relaxed);
  for (std::size_t i = 0; i < stripes_per_sweep; ++i) sweep(stripes_[(first + i) % stripe_count]);
}

void RecordCache::sweep(Stripe& stripe) {
  const std::lock_guard lock{stripe.mutex};
  boost::unordered::erase_if(stripe.entries, [](auto& each) {
    return !each.second.exists && std::exchange(each.second.swept, true);
  });
}

// A record expires in Redis with its last binding.
void RecordCache::changed(std::string_view aor, registrar::Cause cause) {
  if (cause != registrar::Cause::expiry) return;
  memory_.lookup(aor, [&](const Record& record) {
    if (!record.bindings.empty()) return;
    Stripe& stripe = stripe_of(aor);
    const std::lock_guard lock{stripe.mutex};
    if (const auto entry = stripe.entries.find(aor); entry != stripe.entries.end())
      entry->second.exists = false;
  });
  expired_(aor);
}

}  // namespace flowgate::redis
