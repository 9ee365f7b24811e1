#include "registrar/binding_index.h"

#include <algorithm>

namespace flowgate::registrar {
namespace {

bool is_over_own_flow(const Binding& binding) {
  return binding.path.empty() && binding.node.empty();
}

}  // namespace

FlowExpiries::FlowExpiries(const Record& record) {
  for (const Binding& binding : record.bindings) {
    if (!is_over_own_flow(binding)) continue;
    const auto entry = std::ranges::find(entries_, binding.flow, &Entry::flow);
    if (entry == entries_.end()) {
      entries_.push_back({binding.flow, binding.expires, binding.dialect});
    } else {
      entry->expires = std::max(entry->expires, binding.expires);
      entry->dialect = binding.dialect;
    }
  }
}

const FlowExpiries::Entry* FlowExpiries::find(const Flow& flow) const {
  const auto entry = std::ranges::find(entries_, flow, &Entry::flow);
  return entry == entries_.end() ? nullptr : &*entry;
}

bool FlowExpiries::refreshed_by(const Record& record) const {
  auto entry = entries_.begin();
  for (const Binding& binding : record.bindings) {
    if (!is_over_own_flow(binding)) continue;
    if (entry == entries_.end() || entry->flow != binding.flow || entry->dialect != binding.dialect ||
        entry->expires > binding.expires) {
      return false;
    }
    ++entry;
  }
  return entry == entries_.end();
}

BindingIndex::Change::Change(BindingIndex& index, std::string_view aor, const Record& record)
    : index_(index), aor_(aor), record_(record), before_(record), size_before_(record.bindings.size()) {}

BindingIndex::Change::~Change() {
  if (record_.bindings.size() != size_before_)
    index_.size_.fetch_add(record_.bindings.size() - size_before_, std::memory_order_relaxed);
  if (before_.refreshed_by(record_)) return;
  const FlowExpiries after{record_};
  for (const auto& entry : before_) {
    const auto* const left = after.find(entry.flow);
    if (left == nullptr || left->expires < entry.expires) index_.flows_.erase(entry.flow, aor_);
  }
  for (const auto& entry : after) {
    const auto* const old = before_.find(entry.flow);
    if (old == nullptr || entry.expires < old->expires || entry.dialect != old->dialect)
      index_.flows_.put(entry.flow, aor_, entry.expires, entry.dialect);
  }
}

void BindingIndex::learn(std::string_view aor, const Record& record) {
  for (const auto& entry : FlowExpiries{record}) flows_.put(entry.flow, aor, entry.expires, entry.dialect);
}

}  // namespace flowgate::registrar
