// Faults put in on purpose, one for each invariant: what cannot fail proves nothing.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace flowgate::sim {

enum class Sabotage : std::uint8_t {
  none,
  answer_twice,        // a second final response of another status
  lose_answer,         // final responses to MESSAGE are never sent
  distrust_token,      // a request with a flow token is answered 403
  lose_key_file,       // an edge comes back from a crash with other keys
  misdeliver,          // a request goes down the flow of the one before
  ring_twice,          // a request goes to both flows of an instance
  keep_to_first_flow,  // when that fails, no other is tried
  forget_binding,      // what was acknowledged is removed again
  stop_timers,         // transactions do not end any more
  forget_promise,      // the registration of a UA is not renewed, and nobody notices
  use_true_entropy,    // two runs of a seed differ
};

struct SabotageMode {
  Sabotage sabotage;
  std::string_view name;
  std::string_view invariant;  // the one that must catch it
  unsigned hosts = 0;          // with so many hosts only
};

inline constexpr std::array sabotage_modes = {
    SabotageMode{Sabotage::answer_twice, "answer_twice", "one final response"},
    SabotageMode{Sabotage::lose_answer, "lose_answer", "one final response"},
    SabotageMode{Sabotage::distrust_token, "distrust_token", "right flow"},
    SabotageMode{Sabotage::lose_key_file, "lose_key_file", "right flow", 3},
    SabotageMode{Sabotage::misdeliver, "misdeliver", "right flow"},
    SabotageMode{Sabotage::ring_twice, "ring_twice", "rings once"},
    SabotageMode{Sabotage::keep_to_first_flow, "keep_to_first_flow", "fails over", 3},
    SabotageMode{Sabotage::forget_binding, "forget_binding", "reachable"},
    SabotageMode{Sabotage::stop_timers, "stop_timers", "nothing leaks"},
    SabotageMode{Sabotage::forget_promise, "forget_promise", "recovers"},
    SabotageMode{Sabotage::use_true_entropy, "use_true_entropy", "determinism"},
};

}  // namespace flowgate::sim
