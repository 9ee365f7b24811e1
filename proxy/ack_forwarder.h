// The ACK for a 2xx: it goes its own way to the UAS (RFC 3261 §13.2.2.4), without a transaction; nobody
// answers it, whatever becomes of it.
#pragma once

#include <vector>

#include "proxy/core_parts.h"

namespace flowgate::proxy {

class AckForwarder {
 public:
  // `parts` must outlive it.
  explicit AckForwarder(CoreParts& parts) : parts_(parts) {}

  // To the best of `targets` each.
  void forward(const Flow& source, const sip::Message& ack, const RouteDecision& decision,
               std::vector<registrar::Target> targets);

 private:
  void towards(const Flow& source, const sip::Message& ack, const RouteDecision& decision,
               registrar::Target target);
  // False: the flow is known to be gone.
  bool send(const Flow& source, const Flow& to, const sip::Message& ack, const ForwardPlan& plan);

  CoreParts& parts_;
};

}  // namespace flowgate::proxy
