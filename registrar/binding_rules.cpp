#include "registrar/binding_rules.h"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <memory>
#include <utility>

#include "sip/uri_equivalence.h"

namespace flowgate::registrar {
namespace {

using boost::container::small_vector;

// What tells one binding of an AOR from another. Views what it was made of.
class Identity {
 public:
  template <class T>
  explicit Identity(const T& of)
      : outbound_(of.outbound), reg_id_(of.reg_id), instance_(of.instance), uri_(of.uri) {}

  // RFC 5626 §6: "the corresponding binding is between an AOR and the combination of the instance-id and the
  // value of reg-id". Else RFC 3261 §10.3 (7): "bindings are compared using the URI comparison rules".
  // draft-outbound §5.1: what does not match in both instance-id and flow-id is not the same contact.
  bool same(Identity& other) {
    if (outbound_ != other.outbound_) return false;
    if (outbound_) return reg_id_ == other.reg_id_ && same_instance(instance_, other.instance_);
    if (uri_ == other.uri_) return true;
    auto& a = comparable();
    auto& b = other.comparable();
    return a && b && a->same(*b);
  }

 private:
  using Comparable = sip::Result<sip::ComparableUri>;
  // Once: a hostile REGISTER has every URI compared with every other.
  Comparable& comparable() {
    if (!comparable_) {
      const auto uri = sip::Uri::parse(uri_);
      comparable_ = std::make_unique<Comparable>(uri ? Comparable{sip::ComparableUri{*uri}} : uri.error());
    }
    return *comparable_;
  }

  bool outbound_;
  std::uint32_t reg_id_;
  std::string_view instance_, uri_;
  std::unique_ptr<Comparable> comparable_;
};
using Identities = small_vector<Identity, 2>;

// RFC 3261 §10.3 (7): "if the Call-ID agrees with the value in the existing binding, and the CSeq value is
// not higher, the update MUST be aborted and the request fails". The very REGISTER that has made the binding
// may come again, when its transaction is forgotten.
bool is_out_of_order(const RegisterRequest& request, const Binding& binding) {
  if (request.call_id != binding.call_id || request.cseq > binding.cseq) return false;
  const bool again =
      request.cseq == binding.cseq && request.transaction != 0 && request.transaction == binding.transaction;
  return !again;
}

// Whom each Contact of the request is about. Where two name one binding, a removal gives way to the other,
// and a later one to an earlier.
struct Plan {
  struct Step {
    const RegisterContact* refresh = nullptr;
    bool remove = false;
    bool removes() const { return remove && !refresh; }
  };
  small_vector<Step, 8> steps;                        // for each binding there is
  small_vector<const RegisterContact*, 2> additions;  // Contacts that name none of them

  std::size_t removals() const {
    return static_cast<std::size_t>(std::ranges::count_if(steps, &Step::removes));
  }
};

Applied make_plan(const RegisterRequest& request, const Record& record, Plan& plan) {
  Identities bindings, added;
  for (const Binding& binding : record.bindings) bindings.emplace_back(binding);
  plan.steps.resize(bindings.size());
  for (const RegisterContact& contact : request.contacts) {
    Identity identity{contact};
    const auto same = [&identity](Identity& other) { return identity.same(other); };
    const auto found = static_cast<std::size_t>(std::ranges::find_if(bindings, same) - bindings.begin());
    if (found == bindings.size()) {
      if (contact.removes() || std::ranges::any_of(added, same)) continue;
      plan.additions.push_back(&contact);
      added.push_back(std::move(identity));
      continue;
    }
    if (is_out_of_order(request, record.bindings[found])) return Applied::out_of_order;
    Plan::Step& step = plan.steps[found];
    step.remove = step.remove || contact.removes();
    if (!contact.removes() && !step.refresh) step.refresh = &contact;
  }
  return Applied::all;
}

// Of an instance.
struct Epoch {
  std::string_view instance;
  std::uint64_t value;
  std::uint32_t first_cseq;
};
using Epochs = small_vector<Epoch, 2>;

// RFC 5627 §5.1: of the bindings "registered to the same AOR, instance ID, and if the contact in the REGISTER
// request is registering a flow, reg-id", the most recent one decides: if its Call-ID differs, "the registrar
// MUST invalidate all previously generated temporary GRUUs for the AOR and instance ID". So all bindings of
// an instance carry one epoch. A further flow joins it.
Epoch epoch_for(const RegisterContact& contact, const RegisterRequest& request, const Record& record,
                std::uint64_t fresh_epoch) {
  const Binding* sibling = nullptr;
  const Binding* previous = nullptr;
  for (const Binding& binding : record.bindings) {
    if (!same_instance(contact.instance, binding.instance)) continue;
    sibling = &binding;
    if (contact.outbound && (!binding.outbound || binding.reg_id != contact.reg_id)) continue;
    if (!previous || previous->updated <= binding.updated) previous = &binding;
  }
  const Epoch fresh{contact.instance, fresh_epoch, request.cseq};
  if (previous && previous->call_id != request.call_id) return fresh;
  const Binding* last = previous ? previous : sibling;
  return last ? Epoch{contact.instance, last->epoch, last->first_cseq} : fresh;
}

void write(const RegisterContact& contact, const RegisterRequest& request, Instant now, Binding& binding) {
  binding.contact = contact.contact;
  binding.uri = contact.uri;
  binding.instance = contact.instance;
  binding.reg_id = contact.reg_id;
  binding.dialect = contact.dialect;
  binding.outbound = contact.outbound;
  binding.call_id = request.call_id;
  binding.cseq = request.cseq;
  binding.transaction = request.transaction;
  binding.q_milli = contact.q_milli;
  binding.path = request.path;
  binding.flow = request.flow;
  // RFC 5626 §7: a request for an outbound binding goes over "the same logical flow saved with the binding".
  // A URI that is the UA's own GRUU would lead back to us.
  binding.by_flow = request.by_flow || (request.over_flow && (contact.outbound || contact.own_gruu));
  binding.node.clear();
  binding.route = binding.by_flow ? request.route : std::string_view{};
  binding.updated = now;
  binding.expires = now + contact.expires;
}

// Taken before anything is changed.
Epochs epochs_for(const RegisterRequest& request, const Record& record, std::uint64_t fresh_epoch) {
  Epochs epochs;
  for (const RegisterContact& contact : request.contacts) {
    if (contact.removes() || contact.instance.empty()) continue;
    epochs.push_back(epoch_for(contact, request, record, fresh_epoch));
  }
  return epochs;
}

using Marks = small_vector<bool, 32>;

void erase_marked(Record& record, const Marks& marks) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < record.bindings.size(); ++i) {
    if (marks[i]) continue;
    if (kept != i) record.bindings[kept] = std::move(record.bindings[i]);
    ++kept;
  }
  record.bindings.resize(kept);
}

// What has expired. When it gets crowded also what is superseded: a UA that comes from a new port each time
// must not lock itself out.
void drop_dead(Record& record, Instant now, bool crowded) {
  const auto is_dead = [&](const Binding& binding) {
    return binding.expires <= now || (crowded && is_superseded(binding, record, now));
  };
  if (std::ranges::none_of(record.bindings, is_dead)) return;
  Marks dead;
  for (const Binding& binding : record.bindings) dead.push_back(is_dead(binding));
  erase_marked(record, dead);
}

void carry_out(const Plan& plan, const RegisterRequest& request, Instant now, Record& record) {
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    if (const RegisterContact* refresh = plan.steps[i].refresh)
      write(*refresh, request, now, record.bindings[i]);
  }
  if (plan.removals() > 0) {
    Marks removed;
    for (const Plan::Step& step : plan.steps) removed.push_back(step.removes());
    erase_marked(record, removed);
  }
  for (const RegisterContact* contact : plan.additions) {
    Binding& binding = record.bindings.emplace_back();
    binding.registered = now;
    write(*contact, request, now, binding);
  }
}

// RFC 3261 §10.3 (6): with '*', each binding goes whose Call-ID differs or whose CSeq is lower; "otherwise,
// the update MUST be aborted and the request fails".
Applied remove_all(const RegisterRequest& request, Record& record) {
  const bool out_of_order = std::ranges::any_of(
      record.bindings, [&](const Binding& each) { return is_out_of_order(request, each); });
  if (out_of_order) return Applied::out_of_order;
  record.bindings.clear();
  return Applied::all;
}

}  // namespace

bool is_superseded(const Binding& binding, const Record& record, Instant now) {
  if (binding.outbound || binding.instance.empty()) return false;
  bool behind = false;
  for (const Binding& other : record.bindings) {
    if (&other == &binding) {
      behind = true;
    } else if (!other.outbound && other.expires > now && same_instance(other.instance, binding.instance) &&
               (other.updated > binding.updated || (other.updated == binding.updated && behind))) {
      return true;
    }
  }
  return false;
}

Applied apply(const RegisterRequest& request, Instant now, std::uint64_t fresh_epoch,
              std::size_t max_bindings, Record& record) {
  drop_dead(record, now, record.bindings.size() + request.contacts.size() > max_bindings);
  if (request.remove_all) return remove_all(request, record);

  Plan plan;
  const Applied planned = make_plan(request, record, plan);
  if (planned != Applied::all) return planned;
  const std::size_t remaining = record.bindings.size() - plan.removals();
  if (!plan.additions.empty() && remaining + plan.additions.size() > max_bindings) return Applied::too_many;

  const Epochs epochs = epochs_for(request, record, fresh_epoch);
  carry_out(plan, request, now, record);
  for (const Epoch& epoch : epochs) {
    for (Binding& binding : record.bindings) {
      if (!same_instance(binding.instance, epoch.instance)) continue;
      binding.epoch = epoch.value;
      binding.first_cseq = epoch.first_cseq;
    }
  }
  return Applied::all;
}

}  // namespace flowgate::registrar
