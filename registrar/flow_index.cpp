#include "registrar/flow_index.h"

#include <algorithm>
#include <utility>

namespace flowgate::registrar {

void FlowAors::put(std::string_view aor, Instant expires, Dialect dialect) {
  dialect_ = dialect;
  alive_until_ = std::max(alive_until_, expires);
  if (!many_) {
    if (std::ranges::find(few_, aor) != few_.end()) return;
    if (few_.size() < most_of_few) {
      few_.emplace_back(aor);
      return;
    }
    many_ = std::make_unique<Many>();
    for (std::string& each : few_) many_->insert(std::move(each));
    few_ = {};
  }
  if (!many_->contains(aor)) many_->emplace(aor);
}

void FlowAors::erase(std::string_view aor) {
  alive_until_ = {};
  if (many_) {
    if (const auto entry = many_->find(aor); entry != many_->end()) many_->erase(entry);
    if (many_->empty()) many_.reset();
  } else if (const auto entry = std::ranges::find(few_, aor); entry != few_.end()) {
    few_.erase(entry);
  }
}

std::vector<std::string> FlowAors::names() const {
  std::vector<std::string> names(few_.begin(), few_.end());
  if (many_) names.assign(many_->begin(), many_->end());
  return names;
}

FlowIndex::FlowIndex() : stripes_(std::make_unique<Stripe[]>(stripe_count)) {}

FlowIndex::Stripe& FlowIndex::stripe_of(const HashedFlow& flow) const {
  return stripes_[flow.hash % stripe_count];
}

void FlowIndex::put(const Flow& flow, std::string_view aor, Instant expires, Dialect dialect) {
  const HashedFlow hashed{flow};
  Stripe& stripe = stripe_of(hashed);
  const std::lock_guard lock{stripe.mutex};
  auto aors = stripe.flows.find(hashed);
  if (aors == stripe.flows.end()) aors = stripe.flows.emplace(flow, FlowAors{}).first;
  aors->second.put(aor, expires, dialect);
}

void FlowIndex::erase(const Flow& flow, std::string_view aor) {
  const HashedFlow hashed{flow};
  Stripe& stripe = stripe_of(hashed);
  const std::lock_guard lock{stripe.mutex};
  const auto aors = stripe.flows.find(hashed);
  if (aors == stripe.flows.end()) return;
  aors->second.erase(aor);
  if (aors->second.empty()) stripe.flows.erase(aors);
}

std::vector<std::string> FlowIndex::take(const Flow& flow) {
  const HashedFlow hashed{flow};
  Stripe& stripe = stripe_of(hashed);
  const std::lock_guard lock{stripe.mutex};
  const auto aors = stripe.flows.find(hashed);
  if (aors == stripe.flows.end()) return {};
  std::vector<std::string> names = aors->second.names();
  stripe.flows.erase(aors);
  return names;
}

std::vector<std::string> FlowIndex::aors(const Flow& flow) const {
  const HashedFlow hashed{flow};
  Stripe& stripe = stripe_of(hashed);
  const std::lock_guard lock{stripe.mutex};
  const auto aors = stripe.flows.find(hashed);
  return aors == stripe.flows.end() ? std::vector<std::string>{} : aors->second.names();
}

std::optional<Dialect> FlowIndex::dialect_of(const Flow& flow, Instant now) const {
  const HashedFlow hashed{flow};
  Stripe& stripe = stripe_of(hashed);
  const std::lock_guard lock{stripe.mutex};
  const auto aors = stripe.flows.find(hashed);
  if (aors == stripe.flows.end() || !aors->second.known_alive(now)) return std::nullopt;
  return aors->second.dialect();
}

}  // namespace flowgate::registrar
