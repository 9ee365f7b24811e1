#include "proxy/watched_registrations.h"

#include <algorithm>

namespace flowgate::proxy {

using std::chrono::milliseconds;

WatchedRegistration::WatchedRegistration(std::shared_ptr<WatchedTable> table, TimerWheel& timers,
                                         std::string_view aor)
    : table_(std::move(table)),
      timers_(timers),
      registration_(aor),
      expiry_(this, [](void* self) { static_cast<WatchedRegistration*>(self)->expire(); }) {
  table_->filter.add(aor);
}

WatchedRegistration::~WatchedRegistration() {
  table_->filter.remove(registration_.aor());
  table_->entries.erase(registration_.aor());
}

void WatchedRegistration::observe(const registrar::Record& record, registrar::Cause cause) {
  registration_.observe(record, cause, timers_.now());
  tell_watchers();
}

void WatchedRegistration::expire() {
  registration_.expire(timers_.now());
  tell_watchers();
}

void WatchedRegistration::tell_watchers() {
  expiry_.cancel();
  if (const auto next = registration_.next_expiry())
    timers_.set(expiry_, std::chrono::ceil<milliseconds>(*next - timers_.now()));
  for (Watcher* watcher : watchers_) watcher->registration_changed();
}

void WatchedRegistration::remove(Watcher& watcher) {
  std::erase(watchers_, &watcher);
}

void WatchedRegistration::forget() {
  std::uint64_t known = registration_.changes();
  for (const Watcher* watcher : watchers_) known = std::min(known, watcher->told());
  registration_.forget(known);
}

std::shared_ptr<WatchedRegistration> WatchedRegistrations::watch(std::string_view aor) {
  if (const auto found = table_->entries.find(aor); found != table_->entries.end()) {
    if (auto entry = found->second.lock()) return entry;
  }
  auto entry = std::make_shared<WatchedRegistration>(table_, timers_, aor);
  table_->entries.insert_or_assign(std::string(aor), entry);
  return entry;
}

void WatchedRegistrations::changed(std::string_view aor, registrar::Cause cause) {
  const auto found = table_->entries.find(aor);
  if (found == table_->entries.end()) return;
  location_.lookup(aor, [watched = found->second, cause](const registrar::Record& record) {
    if (const auto entry = watched.lock()) entry->observe(record, cause);
  });
}

}  // namespace flowgate::proxy
