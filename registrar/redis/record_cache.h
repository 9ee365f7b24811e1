// What this node knows of the records in Redis: all of them, each with the version that it is of.
//
// Thread-safe. Locks: those of the memory store, then within them, for a moment, a stripe of the stamps.
#pragma once

#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "flowtoken/keyed_hash.h"
#include "registrar/memory_store.h"

namespace flowgate::redis {

// Which version of a record, as told in which session. Versions of different sessions do not compare: the
// other server may have been told less.
struct Stamp {
  std::uint64_t session = 0;
  std::uint64_t version = 0;  // 0: there is no record
  friend auto operator<=>(const Stamp&, const Stamp&) = default;
};

class RecordCache final : private registrar::Observer {
 public:
  using Expired = std::function<void(std::string_view aor)>;
  // `expired` is told of records that sweep() has changed.
  explicit RecordCache(Expired expired);

  void lookup(std::string_view aor, std::unique_ptr<registrar::Lookup> lookup) {
    memory_.submit(aor, std::move(lookup));
  }
  struct Known {
    registrar::Record record;
    Stamp stamp;
    bool exists = false;  // there is one in Redis
  };
  Known get(std::string_view aor);
  // Would put() take a record of that stamp?
  bool is_news(std::string_view aor, const Stamp& stamp) const;
  // Takes the record unless it knows as new a one; true: it did.
  bool put(std::string_view aor, registrar::Record record, const Stamp& stamp);
  // There is none in Redis, although it knows of one of that stamp: it has expired.
  void vanished(std::string_view aor, const Stamp& stamp);
  // Drops bindings without a new version: they lead nowhere, whatever Redis still says. True: there were any.
  bool drop(std::string_view aor, const registrar::LocationService::Dead& dead);
  // Drops all records that no session since `session` has told of; returns their AORs.
  std::vector<std::string> forget_before(std::uint64_t session);

  // The AORs that have a binding over the flow.
  std::vector<std::string> aors_over(const Flow& flow) const { return memory_.aors_over(flow); }
  std::optional<Dialect> registered_over(const Flow& flow, registrar::Instant now) {
    return memory_.registered_over(flow, now);
  }
  // About once a second: drops what has expired, and what it knows of records that are long gone.
  void sweep(registrar::Instant now);
  std::size_t size() const { return memory_.size(); }

 private:
  struct Entry {
    Stamp stamp;
    // In Redis. What is known of a record that is gone stays for a while: late news must not bring it back.
    bool exists = false;
    bool swept = false;
  };
  struct alignas(64) Stripe {
    mutable std::mutex mutex;
    boost::unordered_flat_map<std::string, Entry, KeyedHash, std::equal_to<>> entries;
  };
  static constexpr std::size_t stripe_count = 256;

  void changed(std::string_view aor, registrar::Cause cause) override;
  Stripe& stripe_of(std::string_view aor) const { return stripes_[KeyedHash{}(aor) % stripe_count]; }
  bool advance(std::string_view aor, const Stamp& stamp, bool exists);
  void sweep(Stripe& stripe);

  Expired expired_;
  registrar::MemoryStore memory_;
  std::unique_ptr<Stripe[]> stripes_ = std::make_unique<Stripe[]>(stripe_count);
  std::atomic<std::size_t> next_sweep_{0};
};

}  // namespace flowgate::redis
