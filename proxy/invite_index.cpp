#include "proxy/invite_index.h"

namespace flowgate::proxy {

void InviteIndex::put(const TransactionKey& key, std::uint8_t shard) {
  Stripe& stripe = stripes_[stripe_of(key)];
  const std::lock_guard lock{stripe.mutex};
  stripe.shards.insert_or_assign(key, shard);
}

void InviteIndex::erase(const TransactionKey& key, std::uint8_t shard) {
  Stripe& stripe = stripes_[stripe_of(key)];
  const std::lock_guard lock{stripe.mutex};
  const auto found = stripe.shards.find(key);
  if (found != stripe.shards.end() && found->second == shard) stripe.shards.erase(found);
}

std::optional<std::uint8_t> InviteIndex::find(const TransactionKey& key) const {
  const Stripe& stripe = stripes_[stripe_of(key)];
  const std::lock_guard lock{stripe.mutex};
  const auto found = stripe.shards.find(key);
  if (found == stripe.shards.end()) return std::nullopt;
  return found->second;
}

}  // namespace flowgate::proxy
