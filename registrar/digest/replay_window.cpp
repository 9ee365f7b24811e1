#include "registrar/digest/replay_window.h"

#include <algorithm>

namespace flowgate::digest {

ReplayWindow::ReplayWindow(std::size_t limit, std::chrono::milliseconds lifetime, WallTime start)
    : stripe_limit_(std::max<std::size_t>(1, limit / kStripes)), lifetime_(lifetime) {
  for (Stripe& stripe : stripes_) stripe.forgotten = start - std::chrono::milliseconds{1};
}

bool ReplayWindow::take(const Nonce& nonce, std::uint32_t count, WallTime now) {
  // The map takes the low bits.
  Stripe& stripe = stripes_[(nonce.id >> 48) % kStripes];
  const std::scoped_lock lock(stripe.mutex);
  if (const auto found = stripe.nonces.find(nonce.id); found != stripe.nonces.end())
    return use(found->second, count);
  make_room(stripe, now);
  if (nonce.minted <= stripe.forgotten) return false;
  stripe.nonces.emplace(nonce.id, Used{count, 0});
  stripe.order.push_back(nonce);
  return true;
}

bool ReplayWindow::use(Used& used, std::uint32_t count) {
  if (count > used.highest) {
    const std::uint32_t step = count - used.highest;
    used.below = step > 64 ? 0 : (step == 64 ? 0 : used.below << step) | std::uint64_t{1} << (step - 1);
    used.highest = count;
    return true;
  }
  const std::uint32_t behind = used.highest - count;
  if (behind == 0 || behind > 64) return false;
  const std::uint64_t bit = std::uint64_t{1} << (behind - 1);
  if ((used.below & bit) != 0) return false;
  used.below |= bit;
  return true;
}

void ReplayWindow::make_room(Stripe& stripe, WallTime now) const {
  while (!stripe.order.empty()) {
    const Nonce& oldest = stripe.order.front();
    const bool expired = now - oldest.minted > lifetime_;
    if (!expired && stripe.order.size() < stripe_limit_) return;
    stripe.forgotten = std::max(stripe.forgotten, oldest.minted);
    stripe.nonces.erase(oldest.id);
    stripe.order.pop_front();
  }
}

std::size_t ReplayWindow::size() const {
  std::size_t size = 0;
  for (const Stripe& stripe : stripes_) {
    const std::scoped_lock lock(stripe.mutex);
    size += stripe.order.size();
  }
  return size;
}

}  // namespace flowgate::digest
