// The forwarded form of a message: RFC 3261 §16.6 and §16.7, Record-Route by RFC 5626 §5.3 and §5.4.
#pragma once

#include <functional>
#include <string>

#include "flowtoken/token.h"
#include "proxy/branch.h"
#include "proxy/identity.h"
#include "proxy/local_addresses.h"
#include "proxy/roles.h"
#include "sip/edits.h"
#include "sip/limits.h"
#include "sip/message.h"
#include "sip/via.h"

namespace flowgate::proxy {

// About what Via, Record-Route and Route add to a request.
inline constexpr std::size_t kForwardingOctets = 400;

// As a number of Route values: all there are.
inline constexpr unsigned kAllRoutes = ~0U;

// What is done to one request on its way to one target.
struct ForwardPlan {
  std::string request_uri;        // to put in; empty: as it came
  unsigned routes_taken = 0;      // leading Route values to take away
  bool last_route_taken = false;  // the one that became the Request-URI (§16.4)
  std::string routes_added;       // values to put in front, from a Path (RFC 3327 §5.4); empty: none
  std::string
      route_appended;  // §16.6 (6): the Request-URI, when the next hop is a strict router; empty: none
  // The target's side of a Record-Route gets the token of the flow that the request is sent down: the target
  // is a UA of ours.
  bool target_is_ua = false;
  bool behind_path = false;  // the target is a binding that is reached through other proxies
  bool to_next_hop = false;  // it leaves an edge for the core of the network
  bool to_peer = false;      // over a flow that Network::connect gave, not one that a UA opened
  TokenClaims target_claims;
  TokenClaims source_claims;
  std::string asserted;           // the URI of the authenticated sender; empty: none
  std::uint32_t max_breadth = 0;  // RFC 5393 §5.3; 0: as it came
};

class Forwarder {
 public:
  using Random = std::function<std::uint64_t()>;
  // All references must outlive it.
  Forwarder(std::uint8_t shard, const Roles& roles, const LocalAddresses& local, FlowTokens& tokens,
            Random random, const sip::Limits& limits);

  // A new branch for `request` (its top Via is that of the element before us).
  Branch make_branch(const sip::Message& request);
  // RFC 5393 §4.2: has this very request, to the same Request-URI, been here before?
  bool is_loop(const sip::Message& request) const;

  // §18.1.2: is that the sent-by of what goes out over `flow`?
  bool is_own_via(const sip::Via& via, const Flow& flow) const;

  // `source`: the flow that the request came over; `to`: the one that it goes down. Appends to `out`.
  void request(const sip::Message& request, const Flow& source, const Flow& to, const ForwardPlan& plan,
               const Branch& branch, std::string& out);
  // Without our Via. Appends to `out`. `fields` are more header field lines to put in, or "". `from`: the
  // flow that it came over; `to`: the one that it goes down.
  void response(const sip::Message& response, std::string_view fields, const Flow& from, const Flow& to,
                std::string& out);
  // The 200 to a REGISTER, with our Flow-Timer in the place of any other: RFC 5626 §5.4.
  void register_response(const sip::Message& response, std::string& out);

 private:
  Passage passage(const Flow& from, const Flow& to) const;
  void edit_version(const sip::Message& message);
  void add_content_length(const sip::Message& message);
  void edit_routes(const sip::Message& request, const ForwardPlan& plan);
  void add_path(const sip::Message& request, const Flow& source, const Flow& to);
  void edit_max_forwards(const sip::Message& request);
  void edit_max_breadth(const sip::Message& request, const ForwardPlan& plan);
  void add_record_routes(const sip::Message& request, const Flow& source, const Flow& to,
                         const ForwardPlan& plan);
  std::string own_uri(const Flow& side, const Flow* token, TokenClaims claims, bool secure);
  std::uint64_t loop_hash(const sip::Message& request) const;

  std::uint8_t shard_;
  const Roles& roles_;
  const LocalAddresses& local_;
  FlowTokens& tokens_;
  Random random_;
  sip::Limits limits_;
  sip::Edits edits_;
};

// RFC 3261 §12.1: a request that may start a dialog, and so needs a Record-Route: without a To tag.
bool forms_dialog(const sip::Message& request);
// RFC 5626 §5.1: the element before us is the UA itself: the request has one Via.
bool is_first_hop(const sip::Message& request);

}  // namespace flowgate::proxy
