// The flows that UAs have registered over, as far as this edge has seen it: over which a registration was
// acknowledged, for how long, and when something was last heard on them (RFC 5626 §5.4: "the server MUST wait
// for an amount of time larger than the Flow-Timer in order to have a grace period to account for transport
// delay").
//
// What is not in here is not known to be gone: after a restart a token alone decides. Thread-safe; one for
// all shards.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <mutex>
#include <optional>
#include <vector>

#include "flowtoken/flow.h"
#include "flowtoken/token.h"
#include "registrar/binding.h"

namespace flowgate::proxy {

using registrar::Instant;

class UaFlows {
 public:
  // `silence`: how long a flow whose UA was given a Flow-Timer may be silent, the grace included. `limit`:
  // flows remembered; those beyond are not, and so never count as gone.
  UaFlows(std::chrono::seconds silence, std::size_t limit);

  // A registration over `flow` was acknowledged until `expires`. `timed`: with a Flow-Timer. What was said
  // last holds: another phone may have been given the port of one that is gone.
  void registered(const Flow& flow, Dialect dialect, bool timed, Instant now, Instant expires);
  // Something came over `flow`: a keepalive or a message.
  void heard(const Flow& flow, Instant now);
  // The connection is closed, what was registered over it is removed, or the location service knows of it and
  // there is nothing to wait for.
  void forget(const Flow& flow);

  // The dialect of the UA that is registered over `flow`.
  std::optional<Dialect> registered_over(const Flow& flow, Instant now);
  // Its UA promised keepalives, and none came.
  bool is_gone(const Flow& flow, Instant now);

  // Forgets registrations that have lapsed, and returns the flows that have fallen silent since the last
  // sweep; about once a second. Each looks at a part of the flows: `sweeps` of them at all.
  static constexpr unsigned sweeps = 8;
  std::vector<Flow> sweep(Instant now);

  std::size_t size() const;

 private:
  struct State {
    Instant heard;
    Instant expires;
    Dialect dialect = Dialect::rfc;
    bool timed = false;
    bool told = false;  // sweep() has returned it
  };
  struct alignas(64) Stripe {
    mutable std::mutex mutex;
    boost::unordered_flat_map<Flow, State, FlowHash> flows;
  };
  bool is_silent(const State& state, Instant now) const {
    return state.timed && now - state.heard > silence_;
  }
  Stripe& stripe_of(const Flow& flow);

  static constexpr std::size_t kStripes = 64;
  std::chrono::seconds silence_;
  std::size_t stripe_limit_;
  std::array<Stripe, kStripes> stripes_;
  std::size_t next_stripe_ = 0;  // sweep's; from one thread only
};

}  // namespace flowgate::proxy
