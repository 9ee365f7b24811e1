// Who may watch a registration: RFC 3680 §4.6, RFC 6665 §4.2.1.3.
#pragma once

#include <optional>
#include <string_view>

#include "flowtoken/token.h"
#include "registrar/binding.h"
#include "sip/message.h"

namespace flowgate::reg_event {

// Who sent a SUBSCRIBE, as far as it shows; may_watch() is the one place that judges it.
struct Subscriber {
  Flow flow;            // that the SUBSCRIBE came over
  bool direct = false;  // the sender is at the other end of it
  // Else the flow between the sender and the edge proxy that passed the SUBSCRIBE on, when that edge shares
  // our keys, so that we can tell.
  std::optional<Flow> edge_flow;
  bool authenticated = false;  // as the user whose AOR it is
};

Subscriber subscriber_of(const sip::Message& subscribe, const Flow& flow, FlowTokens& tokens);

// The same of a SUBSCRIBE in the dialog that began over `begun_over` with the route set `routes`. An edge
// records its route where a dialog begins (RFC 3261 §16.6 (4)): what it said then is said of what comes from
// it since.
Subscriber subscriber_in_dialog(const sip::Message& subscribe, const Flow& flow, std::string_view routes,
                                const Flow& begun_over, FlowTokens& tokens);

// RFC 3680 §4.6: "It is RECOMMENDED that a user be allowed to subscribe to their own registration state": he
// who has authenticated, or whose flow the AOR is registered over.
bool may_watch(const Subscriber& subscriber, const registrar::Record& record, registrar::Instant now,
               FlowTokens& tokens);

}  // namespace flowgate::reg_event
