// What a store that keeps records in memory knows of all of them together: which flows they use, and how many
// bindings there are.
#pragma once

#include <atomic>
#include <boost/container/small_vector.hpp>
#include <string_view>

#include "registrar/flow_index.h"

namespace flowgate::registrar {

// The flows to UAs of a record, each with the time its last binding expires. A binding with a Path came over
// the flow of the last proxy of that Path, and does not depend on it; one of another node came over none of
// ours.
class FlowExpiries {
 public:
  struct Entry {
    Flow flow;
    Instant expires;
    Dialect dialect;
  };
  using Entries = boost::container::small_vector<Entry, 4>;

  explicit FlowExpiries(const Record& record);

  // Null: there is none.
  const Entry* find(const Flow& flow) const;
  // Are the flows of the record the same, each with a UA that speaks the same, and is none left earlier? When
  // there are several bindings over one flow, "no" may be wrong.
  bool refreshed_by(const Record& record) const;
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

 private:
  Entries entries_;
};

// Thread-safe, as long as each record is locked while it changes.
class BindingIndex {
 public:
  // While it lives the record may change; when it goes, the index follows. The record outlives it.
  class Change {
   public:
    Change(BindingIndex& index, std::string_view aor, const Record& record);
    ~Change();
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;

   private:
    BindingIndex& index_;
    std::string_view aor_;
    const Record& record_;
    FlowExpiries before_;
    std::size_t size_before_;
  };

  FlowIndex& flows() { return flows_; }
  const FlowIndex& flows() const { return flows_; }
  // The dialect of the UA whose flow it is, as long as one of its bindings has not expired. The index is not
  // told of a mere refresh: when it knows of none that is alive, `show` is called with the AORs, and calls
  // learn() with the record of each, which it has locked.
  template <class Show>
  std::optional<Dialect> registered_over(const Flow& flow, Instant now, const Show& show) {
    if (const auto known = flows_.dialect_of(flow, now)) return known;
    for (const std::string& aor : flows_.aors(flow)) show(aor);
    return flows_.dialect_of(flow, now);
  }
  void learn(std::string_view aor, const Record& record);
  // How many bindings there are.
  std::size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  FlowIndex flows_;
  std::atomic<std::size_t> size_{0};
};

}  // namespace flowgate::registrar
