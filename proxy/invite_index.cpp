#include "proxy/invite_index.h"

namespace flowgate::proxy {

std::uint8_t InviteIndex::claim(const TransactionKey& key, std::uint8_t shard) {
  Stripe& stripe = stripes_[stripe_of(key)];
  const std::lock_guard lock{stripe.mutex};
  return stripe.shards.try_emplace(key, shard).first->second;
}

void InviteIndex::erase(const TransactionKey& key) {
  Stripe& stripe = stripes_[stripe_of(key)];
  const std::lock_guard lock{stripe.mutex};
  stripe.shards.erase(key);
}

std::optional<std::uint8_t> InviteIndex::find(const TransactionKey& key) const {
  const Stripe& stripe = stripes_[stripe_of(key)];
  const std::lock_guard lock{stripe.mutex};
  const auto found = stripe.shards.find(key);
  if (found == stripe.shards.end()) return std::nullopt;
  return found->second;
}

}  // namespace flowgate::proxy
