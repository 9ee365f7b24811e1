// Where the Route set sends a request: RFC 3261 §16.4, RFC 5626 §5.3, draft-ietf-sip-outbound-00 §6.2.
#pragma once

#include <optional>
#include <string>

#include "flowtoken/token.h"
#include "proxy/local_addresses.h"
#include "proxy/refusal.h"
#include "registrar/domains.h"
#include "sip/limits.h"
#include "sip/message.h"
#include "sip/uri.h"

namespace flowgate::proxy {

struct RouteDecision {
  Refusal refusal;                           // else nothing that follows means anything
  unsigned own = 0;                          // leading Route values that are ours: to be taken away
  std::optional<FlowTokens::Verified> down;  // the request goes down this flow
  bool down_or_uri = false;  // ... or, when that is gone, to the Request-URI, which names the same host
  // The sender was registered here, by one of the tokens. Such a request may go anywhere.
  bool trusted = false;
  // By one of the tokens the sender is a user of ours, registered or not.
  bool from_user = false;
  Dialect source_dialect = Dialect::rfc;  // of the UA that the request came from, when it is registered
  std::string request_uri;        // §16.4: what belongs into the Request-URI; empty: it is right as it came
  bool last_route_taken = false;  // ... because a strict router upstream put our URI there: it was the last
                                  // Route value, which is to be taken away
  std::string next_route;         // the first value that is not ours; empty: the Request-URI decides
  // next_route is at the far end of this flow, which we minted a token for: the dialog that the request
  // belongs to was let through, whoever sends it. It goes to that address, or down the flow, and nowhere
  // else.
  std::optional<Flow> peer;
  std::string asserted;  // the URI of the user who has authenticated; empty: nobody (RFC 3325)
};

class Routing {
 public:
  // `domains`: of which this process is the registrar; none for an edge alone, whose next hop may go by such
  // a name.
  Routing(const LocalAddresses& local, const registrar::Domains* domains, FlowTokens& tokens,
          const sip::Limits& limits)
      : local_(local), domains_(domains), tokens_(tokens), limits_(limits) {}

  RouteDecision decide(const sip::Message& request, const sip::Uri& request_uri, const Flow& source);

 private:
  enum class Owner { ours, foreign, forged };
  Owner owner(const sip::Uri& uri, const Flow& source, std::optional<FlowTokens::Verified>& token);
  bool is_at_contact(const FlowTokens::Verified& token, const sip::Uri& request_uri,
                     const RouteDecision& decision, const Flow& source) const;
  void strip_maddr(const sip::Uri& request_uri, const Flow& source, RouteDecision& decision) const;
  void unwind_strict(const sip::Message& request, const sip::Uri& request_uri, const Flow& source,
                     RouteDecision& decision);

  const LocalAddresses& local_;
  const registrar::Domains* domains_;
  FlowTokens& tokens_;
  sip::Limits limits_;
};

}  // namespace flowgate::proxy
