#include "registrar/digest/backoff.h"

#include <algorithm>
#include <cstring>

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

Backoff::Table::Table(std::size_t entries) : entries_(std::max<std::size_t>(1, entries / kWays) * kWays) {}

Backoff::Entry* Backoff::Table::find(std::uint64_t key, Instant now, bool make) {
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(set_of(key) * kWays);
  const auto end = first + kWays;
  for (auto entry = first; entry != end; ++entry) {
    if (entry->key != key) continue;
    if (entry->failures > 0 && now - entry->last > quiet) entry->failures = 0;
    return &*entry;
  }
  if (!make) return nullptr;
  const auto victim = std::min_element(first, end, [now](const Entry& a, const Entry& b) {
    const auto rank = [now](const Entry& entry) {
      return entry.key == 0 ? -1 : now - entry.last > quiet ? 0 : std::int64_t{entry.failures} + 1;
    };
    return rank(a) != rank(b) ? rank(a) < rank(b) : a.last < b.last;
  });
  *victim = Entry{key, 0, now, 0};
  return &*victim;
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
