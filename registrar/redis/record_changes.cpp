#include "registrar/redis/record_changes.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace flowgate::redis {

using registrar::Record;

namespace {

// Each conflict is somebody else's success: so many in a row are no coincidence.
constexpr unsigned max_conflicts = 100;

}  // namespace

RecordChanges::Added RecordChanges::add(std::string_view aor, RecordChange& change, Attempt& attempt) {
  Stripe& stripe = stripe_of(aor);
  const std::lock_guard lock{stripe.mutex};
  auto entry = stripe.pending.find(aor);
  if (entry == stripe.pending.end()) {
    RecordCache::Known known = cache_.get(aor);
    auto made = std::make_unique<Pending>();
    made->working = std::move(known.record);
    made->base = known.stamp;
    made->exists = known.exists;
    entry = stripe.pending.emplace(aor, std::move(made)).first;
  }
  Pending& pending = *entry->second;
  if (pending.waiting.size() >= max_waiting_) return Added::crowded;
  run(aor, change, pending);
  pending.waiting.push_back(std::move(change));
  if (!pending.sent.empty()) return Added::waits;
  attempt = make_attempt(pending);
  return Added::attempt;
}

// So that a flow which fails meanwhile is found.
void RecordChanges::run(std::string_view aor, const RecordChange& change, Pending& pending) {
  change.update->change(pending.working);
  for (const registrar::Binding& binding : pending.working.bindings) {
    if (!binding.by_flow || !binding.node.empty()) continue;
    if (std::ranges::find(pending.flows, binding.flow) != pending.flows.end()) continue;
    flows_.put(binding.flow, aor, binding.expires, binding.dialect);
    pending.flows.push_back(binding.flow);
  }
}

RecordChanges::Attempt RecordChanges::make_attempt(Pending& pending) {
  Attempt attempt{pending.working, pending.base, pending.exists, registrar::Cause::request};
  std::move(pending.waiting.begin(), pending.waiting.end(), std::back_inserter(pending.sent));
  pending.waiting.clear();
  const bool failure = std::ranges::all_of(pending.sent, [](const RecordChange& each) {
    return each.cause.value_or(registrar::Cause::flow_failure) == registrar::Cause::flow_failure;
  });
  if (failure) attempt.cause = registrar::Cause::flow_failure;
  return attempt;
}

std::vector<RecordChange> RecordChanges::succeeded(std::string_view aor, const Stamp& stamp, bool exists,
                                                   std::optional<Attempt>& next) {
  Stripe& stripe = stripe_of(aor);
  const std::lock_guard lock{stripe.mutex};
  const auto entry = stripe.pending.find(aor);
  if (entry == stripe.pending.end()) return {};
  Pending& pending = *entry->second;
  std::vector<RecordChange> over = std::exchange(pending.sent, {});
  pending.conflicts = 0;
  pending.base = stamp;
  pending.exists = exists;
  if (pending.waiting.empty()) {
    erase(stripe, aor);
  } else {
    next = make_attempt(pending);
  }
  return over;
}

std::optional<RecordChanges::Attempt> RecordChanges::conflicted(std::string_view aor, Record current,
                                                                const Stamp& stamp) {
  Stripe& stripe = stripe_of(aor);
  const std::lock_guard lock{stripe.mutex};
  const auto entry = stripe.pending.find(aor);
  if (entry == stripe.pending.end() || ++entry->second->conflicts > max_conflicts) return std::nullopt;
  Pending& pending = *entry->second;
  pending.base = stamp;
  pending.exists = stamp.version != 0;
  pending.working = std::move(current);
  for (const RecordChange& change : pending.sent) run(aor, change, pending);
  for (const RecordChange& change : pending.waiting) run(aor, change, pending);
  return make_attempt(pending);
}

std::vector<RecordChange> RecordChanges::failed(std::string_view aor) {
  Stripe& stripe = stripe_of(aor);
  const std::lock_guard lock{stripe.mutex};
  const auto entry = stripe.pending.find(aor);
  if (entry == stripe.pending.end()) return {};
  std::vector<RecordChange> over = std::move(entry->second->sent);
  std::ranges::move(entry->second->waiting, std::back_inserter(over));
  erase(stripe, aor);
  return over;
}

void RecordChanges::erase(Stripe& stripe, std::string_view aor) {
  const auto entry = stripe.pending.find(aor);
  for (const Flow& flow : entry->second->flows) flows_.erase(flow, aor);
  stripe.pending.erase(entry);
}

bool RecordChanges::is_changing(std::string_view aor) const {
  const Stripe& stripe = stripe_of(aor);
  const std::lock_guard lock{stripe.mutex};
  return stripe.pending.contains(aor);
}

std::size_t RecordChanges::size() const {
  std::size_t size = 0;
  for (std::size_t i = 0; i < stripe_count; ++i) {
    const std::lock_guard lock{stripes_[i].mutex};
    for (const auto& [aor, pending] : stripes_[i].pending)
      size += pending->sent.size() + pending->waiting.size();
  }
  return size;
}

}  // namespace flowgate::redis
