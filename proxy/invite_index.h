// Which shard has the server transaction of an INVITE. RFC 3261 §17.2.3 matches requests to transactions by
// branch, sent-by and method, wherever they come from; the kernel deals them out to shards by just that. So a
// CANCEL, an ACK or an INVITE that comes again from another port or over another connection may come to a
// shard that has no such transaction.
//
// Other requests have no need of it: one that comes again by another way is carried out again, or refused as
// merged where that is known.
//
// Thread-safe, striped by key.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <mutex>
#include <optional>

#include "proxy/transaction_key.h"

namespace flowgate::proxy {

class InviteIndex {
 public:
  // It is that shard's from now on, unless another one was quicker. The shard that has it then.
  std::uint8_t claim(const TransactionKey& key, std::uint8_t shard);
  // By the shard that has it.
  void erase(const TransactionKey& key);
  std::optional<std::uint8_t> find(const TransactionKey& key) const;

 private:
  static constexpr std::size_t stripe_count = 64;
  struct alignas(64) Stripe {
    mutable std::mutex mutex;
    boost::unordered_flat_map<TransactionKey, std::uint8_t, TransactionKeyHash> shards;
  };
  // By other bits than the place in the stripe's table.
  static std::size_t stripe_of(const TransactionKey& key) { return key.b % stripe_count; }

  std::array<Stripe, stripe_count> stripes_;
};

}  // namespace flowgate::proxy
