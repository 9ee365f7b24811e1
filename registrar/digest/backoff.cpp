#include "registrar/digest/backoff.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "flowtoken/keyed_hash.h"

namespace flowgate::digest {
namespace {

using std::chrono::seconds;

std::uint64_t key_of(std::string_view text) {
  return std::max<std::uint64_t>(1, siphash24(process_hash_key(), text));
}

// RFC 4291 §2.5.4: a host has 64 bits of an IPv6 address to choose from.
std::uint64_t key_of(const Endpoint& address) {
  std::array<std::uint64_t, 2> network{0, address.v6};
  std::memcpy(network.data(), address.ip.data(), sizeof network[0]);
  return std::max<std::uint64_t>(1, siphash13(process_hash_key(), network));
}

seconds penalty(std::uint32_t failures, unsigned free, seconds longest) {
  if (failures <= free) return seconds{0};
  const std::uint32_t doublings = std::min(failures - free - 1, 20U);
  return std::min(seconds{std::int64_t{1} << doublings}, longest);
}

seconds left(Instant until, Instant now) {
  return until <= now ? seconds{0} : std::chrono::ceil<seconds>(until - now);
}

}  // namespace

Backoff::Table::Table(std::size_t entries)
    : keys_(std::max<std::size_t>(1, entries / kWays) * kWays), entries_(keys_.size()) {}

Backoff::Entry* Backoff::Table::find(std::uint64_t key, Instant now, bool make) {
  const std::size_t first = set_of(key) * kWays;
  for (std::size_t i = first; i < first + kWays; ++i) {
    if (keys_[i] != key) continue;
    Entry& entry = entries_[i];
    if (entry.failures > 0 && now - entry.last > quiet) entry.failures = 0;
    return &entry;
  }
  if (!make) return nullptr;
  const auto worth = [this, now](std::size_t i) {
    const Entry& entry = entries_[i];
    const bool forgotten = now - entry.last > quiet;
    return std::pair{keys_[i] == 0 ? -1 : forgotten ? 0 : std::int64_t{entry.failures} + 1, entry.last};
  };
  std::size_t victim = first;
  for (std::size_t i = first + 1; i < first + kWays; ++i) {
    if (worth(i) < worth(victim)) victim = i;
  }
  keys_[victim] = key;
  entries_[victim] = Entry{0, now, 0};
  return &entries_[victim];
}

Backoff::Backoff(const BackoffOptions& options)
    : options_(options), addresses_(options.entries), users_(options.entries) {}

Backoff::Attempt::Attempt(const Endpoint& source, std::string_view user)
    : address_(key_of(source)), user_(key_of(user)) {}

seconds Backoff::wait(const Attempt& attempt, Instant now) {
  seconds wait{0};
  {
    const std::scoped_lock lock(addresses_.mutex_of(attempt.address_));
    if (const Entry* entry = addresses_.find(attempt.address_, now, false)) {
      wait = left(entry->last + penalty(entry->failures, options_.address_failures, options_.address_longest),
                  now);
    }
  }
  const std::scoped_lock lock(users_.mutex_of(attempt.user_));
  const Entry* entry = users_.find(attempt.user_, now, false);
  if (entry == nullptr) return wait;
  const seconds own =
      left(entry->last + penalty(entry->failures, options_.user_failures, options_.user_longest), now);
  return entry->good == attempt.address_ ? std::min(wait, own) : std::max(wait, own);
}

void Backoff::failed(const Attempt& attempt, Instant now) {
  const auto count = [now](Table& table, std::uint64_t key) {
    const std::scoped_lock lock(table.mutex_of(key));
    Entry* entry = table.find(key, now, true);
    ++entry->failures;
    entry->last = now;
  };
  count(addresses_, attempt.address_);
  count(users_, attempt.user_);
}

// The address goes on counting: whoever guesses may have an account of his own. So does the user's name, as
// his own success says nothing about who guesses elsewhere.
void Backoff::succeeded(const Attempt& attempt, Instant now) {
  const std::scoped_lock lock(users_.mutex_of(attempt.user_));
  Entry* entry = users_.find(attempt.user_, now, true);
  entry->good = attempt.address_;
  if (entry->failures == 0) entry->last = now;
}

}  // namespace flowgate::digest
