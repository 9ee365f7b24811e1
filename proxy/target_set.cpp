#include "proxy/target_set.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace flowgate::proxy {
namespace {

using registrar::Target;

// Contacts without an instance-id are instances of their own.
bool same_instance(const Target& a, const Target& b) {
  return !a.instance.empty() && a.aor == b.aor && registrar::same_instance(a.instance, b.instance);
}

}  // namespace

void TargetSet::add(std::vector<Target> targets) {
  if (waiting_.empty() && targets.size() == 1) {
    waiting_ = std::move(targets);
    return;
  }
  std::move(targets.begin(), targets.end(), std::back_inserter(waiting_));
  std::stable_sort(waiting_.begin(), waiting_.end(),
                   [](const Target& a, const Target& b) { return a.q_milli > b.q_milli; });
}

std::vector<Target> TargetSet::next_group() {
  if (waiting_.size() == 1) return std::exchange(waiting_, {});
  std::vector<Target> group, rest;
  for (Target& target : waiting_) {
    const bool taken = std::any_of(group.begin(), group.end(),
                                   [&](const Target& other) { return same_instance(other, target); });
    const bool now = !taken && (group.empty() || group.front().q_milli == target.q_milli);
    (now ? group : rest).push_back(std::move(target));
  }
  waiting_ = std::move(rest);
  return group;
}

bool TargetSet::has_next_flow(const Target& failed) const {
  return std::any_of(waiting_.begin(), waiting_.end(),
                     [&](const Target& target) { return same_instance(target, failed); });
}

std::vector<Target> TargetSet::next_flow(const Target& failed) {
  const auto next = std::find_if(waiting_.begin(), waiting_.end(),
                                 [&](const Target& target) { return same_instance(target, failed); });
  if (next == waiting_.end()) return {};
  std::vector<Target> flow;
  flow.push_back(std::move(*next));
  waiting_.erase(next);
  return flow;
}

void TargetSet::drop_instance(const Target& answered) {
  std::erase_if(waiting_, [&](const Target& target) { return same_instance(target, answered); });
}

}  // namespace flowgate::proxy
