// Which request that the host sent stems from which that it received, and what became of it: the ground that
// other observers stand on.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/known_bindings.h"

namespace flowgate::sim {

// Timer F, of the core with its default T1.
inline constexpr Duration timer_f = std::chrono::seconds{32};

struct Parent;

// One request sent on, named by the branch that the host gave it.
struct Attempt {
  Parent* parent = nullptr;
  Flow to;
  Instant at{};
  std::optional<KnownBinding> binding;  // that it goes to
  std::optional<Instant> gone;          // since when there is no such connection (any more)
  std::optional<Instant> heard;         // the first answer
  int final_status = 0;

  // Of each a request has one chance at a time; all that goes to no binding has a single target.
  std::string instance() const { return binding ? binding->instance : std::string(); }
};

// One request received, and what was known of its target then.
struct Parent {
  Packet request;
  Flow from;
  Instant at{};
  std::vector<KnownBinding> bindings;  // of its Request-URI
  std::vector<Attempt*> attempts;
};

class Forwarding final : public Observer {
 public:
  Forwarding(const Agenda& agenda, KnownBindings& bindings) : agenda_(agenda), bindings_(bindings) {}

  void arriving(const Flow& flow, const Packet& packet) override;
  void sent(const Flow& flow, const Packet& packet, bool gone) override;
  void flow_closed(const Flow& flow) override;
  void connecting(const Endpoint& to) override { connecting_.insert(to); }
  void host_crashed() override;

  // Of the request that is arriving or being handled; null when it was there before.
  const Parent* fresh_parent() const { return fresh_parent_; }
  // Of the request that is being sent; null when that stems from nothing.
  const Attempt* attempt() const { return attempt_; }
  bool is_first_sending() const { return first_sending_; }
  // While that is being handled: a connection to there was asked for.
  bool is_connecting() const { return !connecting_.empty(); }
  bool is_connecting_to(const Endpoint& address) const { return connecting_.contains(address); }
  const Parent* find(std::string_view branch, std::string_view method) const;

 private:
  const Agenda& agenda_;
  KnownBindings& bindings_;
  std::map<std::string, std::unique_ptr<Parent>, std::less<>> parents_;  // by branch and method
  std::map<std::string, std::unique_ptr<Attempt>, std::less<>> attempts_;
  const Parent* fresh_parent_ = nullptr;
  const Attempt* attempt_ = nullptr;
  bool first_sending_ = false;
  std::set<Endpoint> connecting_;
};

// RFC 3261 §17.2.3: what names a transaction here, where every phone's branches are its own.
std::string transaction_name(std::string_view branch, std::string_view method);

}  // namespace flowgate::sim
