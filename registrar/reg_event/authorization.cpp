#include "registrar/reg_event/authorization.h"

#include <algorithm>
#include <string_view>

#include "sip/address.h"
#include "sip/value.h"

namespace flowgate::reg_event {
namespace {

std::size_t count_vias(const sip::Message& message) {
  std::size_t count = 0;
  for (sip::Values vias{message, sip::Header::via}; vias.next();) ++count;
  return count;
}

std::optional<Flow> flow_of_token(std::string_view route, FlowTokens& tokens) {
  const auto address = sip::Address::parse(route);
  if (!address || !address->uri.has_user) return std::nullopt;
  const auto verified = tokens.verify(address->uri.user);
  return verified ? std::optional{verified->flow} : std::nullopt;
}

// RFC 3327: the edge is the only proxy on the Path, and the token that it put there names the flow to the UA.
std::optional<Flow> edge_flow_of(const registrar::Binding& binding, FlowTokens& tokens) {
  std::string_view path = binding.path;
  const std::string_view first = sip::cut_value(path);
  return path.empty() ? flow_of_token(first, tokens) : std::nullopt;
}

}  // namespace

// Behind an edge there are two Vias: the sender's, and that of the edge. An edge that is the first hop puts a
// token for the sender's flow into its Record-Route, above whatever the sender may have put there himself.
Subscriber subscriber_of(const sip::Message& subscribe, const Flow& flow, FlowTokens& tokens) {
  Subscriber subscriber{flow, false, std::nullopt, false};
  const std::size_t vias = count_vias(subscribe);
  subscriber.direct = vias == 1;
  if (vias != 2) return subscriber;
  sip::Values routes{subscribe, sip::Header::record_route};
  for (int i = 0; i < 2 && !subscriber.edge_flow; ++i) {
    if (const auto route = routes.next()) subscriber.edge_flow = flow_of_token(route->text, tokens);
  }
  return subscriber;
}

Subscriber subscriber_in_dialog(const sip::Message& subscribe, const Flow& flow, std::string_view routes,
                                const Flow& begun_over, FlowTokens& tokens) {
  Subscriber subscriber = subscriber_of(subscribe, flow, tokens);
  const bool same_edge = count_vias(subscribe) == 2 && flow.remote.same_address(begun_over.remote);
  for (int i = 0; i < 2 && same_edge && !subscriber.edge_flow && !routes.empty(); ++i)
    subscriber.edge_flow = flow_of_token(sip::cut_value(routes), tokens);
  return subscriber;
}

bool may_watch(const Subscriber& subscriber, const registrar::Record& record, registrar::Instant now,
               FlowTokens& tokens) {
  if (subscriber.authenticated) return true;
  return std::ranges::any_of(record.bindings, [&](const registrar::Binding& binding) {
    if (binding.expires <= now) return false;
    if (binding.path.empty()) return subscriber.direct && binding.flow == subscriber.flow;
    // From the very edge that the registration came through, and from the same UA behind it.
    return subscriber.edge_flow && binding.flow.remote.same_address(subscriber.flow.remote) &&
           subscriber.edge_flow == edge_flow_of(binding, tokens);
  });
}

}  // namespace flowgate::reg_event
