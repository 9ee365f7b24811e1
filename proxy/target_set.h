// The target set of a request (RFC 3261 §16.5), with the flows of an instance kept apart (RFC 5626 §7): "The
// proxy MUST NOT populate the target set with more than one contact with the same AOR and instance-id at a
// time."
#pragma once

#include <string>
#include <vector>

#include "registrar/registrar.h"

namespace flowgate::proxy {

class TargetSet {
 public:
  // `targets`: best first.
  void add(std::vector<registrar::Target> targets);

  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }

  // The targets to try now, in parallel: all of the highest q that is left (§16.6: "serial by q"), of each
  // instance the best flow only. They leave the set.
  std::vector<registrar::Target> next_group();
  // Another flow to the instance of `failed`, the most recently updated first (RFC 5626 §7). It leaves the
  // set.
  bool has_next_flow(const registrar::Target& failed) const;
  std::vector<registrar::Target> next_flow(const registrar::Target& failed);
  // The instance has answered: its other flows are not tried any more.
  void drop_instance(const registrar::Target& answered);
  void clear() { waiting_.clear(); }

 private:
  std::vector<registrar::Target> waiting_;
};

}  // namespace flowgate::proxy
