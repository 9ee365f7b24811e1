#include "registrar/binding_index.h"

#include <algorithm>

namespace flowgate::registrar {

FlowExpiries::FlowExpiries(const Record& record) {
  for (const Binding& binding : record.bindings) {
    if (!binding.path.empty() || !binding.node.empty()) continue;
    const auto entry = std::ranges::find(entries_, binding.flow, &Entry::flow);
    if (entry == entries_.end()) {
      entries_.push_back({binding.flow, binding.expires, binding.dialect});
    } else {
      entry->expires = std::max(entry->expires, binding.expires);
      entry->dialect = binding.dialect;
    }
  }
}

bool FlowExpiries::has(const Flow& flow) const {
  return std::ranges::find(entries_, flow, &Entry::flow) != entries_.end();
}

bool FlowExpiries::has(const Entry& entry) const {
  return std::ranges::find(entries_, entry) != entries_.end();
}

BindingIndex::Change::Change(BindingIndex& index, std::string_view aor, const Record& record)
    : index_(index), aor_(aor), record_(record), before_(record), size_before_(record.bindings.size()) {}

BindingIndex::Change::~Change() {
  const FlowExpiries after{record_};
  for (const auto& entry : before_) {
    if (!after.has(entry.flow)) index_.flows_.erase(entry.flow, aor_);
  }
  for (const auto& entry : after) {
    if (!before_.has(entry)) index_.flows_.put(entry.flow, aor_, entry.expires, entry.dialect);
  }
  index_.size_.fetch_add(record_.bindings.size() - size_before_, std::memory_order_relaxed);
}

}  // namespace flowgate::registrar
