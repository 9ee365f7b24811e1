#include "proxy/ua_flows.h"

#include <algorithm>

namespace flowgate::proxy {

UaFlows::UaFlows(std::chrono::seconds silence, std::size_t limit)
    : silence_(silence), stripe_limit_((limit + kStripes - 1) / kStripes) {}

UaFlows::Stripe& UaFlows::stripe_of(const Flow& flow) {
  // Only spreads the locks: no keyed hash. Peers choose their ports, connections are counted by us.
  const std::uint64_t mixed =
      (std::uint64_t{flow.remote.port} << 16 ^ flow.remote.ip[3] ^ flow.serial) * 0x9e3779b97f4a7c15;
  return stripes_[(mixed >> 48) % kStripes];
}

void UaFlows::registered(const Flow& flow, Dialect dialect, bool timed, Instant now, Instant expires) {
  Stripe& stripe = stripe_of(flow);
  const std::scoped_lock lock(stripe.mutex);
  auto found = stripe.flows.find(flow);
  if (found == stripe.flows.end()) {
    if (stripe.flows.size() >= stripe_limit_) return;
    found = stripe.flows.emplace(flow, State{now, expires, dialect, timed, false}).first;
  }
  State& state = found->second;
  state.heard = now;
  state.expires = std::max(state.expires, expires);
  state.dialect = dialect;
  state.timed = timed;
  state.told = false;
}

void UaFlows::heard(const Flow& flow, Instant now) {
  Stripe& stripe = stripe_of(flow);
  const std::scoped_lock lock(stripe.mutex);
  const auto found = stripe.flows.find(flow);
  if (found == stripe.flows.end()) return;
  found->second.heard = std::max(found->second.heard, now);
  found->second.told = false;
}

void UaFlows::forget(const Flow& flow) {
  Stripe& stripe = stripe_of(flow);
  const std::scoped_lock lock(stripe.mutex);
  stripe.flows.erase(flow);
}

std::optional<Dialect> UaFlows::registered_over(const Flow& flow, Instant now) {
  Stripe& stripe = stripe_of(flow);
  const std::scoped_lock lock(stripe.mutex);
  const auto found = stripe.flows.find(flow);
  if (found == stripe.flows.end() || found->second.expires <= now) return std::nullopt;
  return found->second.dialect;
}

bool UaFlows::is_gone(const Flow& flow, Instant now) {
  Stripe& stripe = stripe_of(flow);
  const std::scoped_lock lock(stripe.mutex);
  const auto found = stripe.flows.find(flow);
  return found != stripe.flows.end() && is_silent(found->second, now);
}

std::vector<Flow> UaFlows::sweep(Instant now) {
  std::vector<Flow> silent;
  for (std::size_t i = 0; i < kStripes / sweeps; ++i) {
    Stripe& stripe = stripes_[next_stripe_++ % kStripes];
    const std::scoped_lock lock(stripe.mutex);
    boost::unordered::erase_if(stripe.flows, [&](auto& each) {
      State& state = each.second;
      if (is_silent(state, now) && !state.told) {
        state.told = true;
        silent.push_back(each.first);
      }
      return state.expires <= now;
    });
  }
  return silent;
}

std::size_t UaFlows::size() const {
  std::size_t size = 0;
  for (const Stripe& stripe : stripes_) {
    const std::scoped_lock lock(stripe.mutex);
    size += stripe.flows.size();
  }
  return size;
}

}  // namespace flowgate::proxy
