#include "sim/reachable.h"

#include <algorithm>

#include "sim/internet.h"

namespace flowgate::sim {
namespace {

bool has_token(const Packet& packet) {
  return std::ranges::any_of(packet.all("Route"),
                             [](std::string_view route) { return !user_in(uri_in(route)).empty(); });
}

}  // namespace

void Reachable::handled(const Flow&, const Packet& packet) {
  const Parent* const parent = forwarding_.fresh_parent();
  if (parent == nullptr || !packet.is_request() || parent->bindings.empty()) return;
  const std::string_view method = packet.method();
  if (method == "REGISTER" || method == "CANCEL" || method == "ACK" || has_token(packet)) return;
  if (KnownBindings::is_temporary(packet.uri())) return;
  unsigned best_q = 0;
  for (const KnownBinding& binding : parent->bindings) best_q = std::max(best_q, binding.q_milli);
  for (const KnownBinding& binding : parent->bindings) {
    // RFC 3261 §16.6: those of lower q wait for their turn.
    if (binding.q_milli != best_q || binding.doubtful) continue;
    const bool tried = std::ranges::any_of(
        parent->attempts, [&](const Attempt* attempt) { return attempt->instance() == binding.instance; });
    const bool on_its_way = std::ranges::any_of(parent->bindings, [&](const KnownBinding& other) {
      return other.instance == binding.instance && !other.path.empty() &&
             forwarding_.is_connecting_to(endpoint(host_port_in(other.path)));
    });
    if (!tried && !on_its_way) {
      return verdict_.fail(name, std::string(packet.start_line()) + " did not go to " + binding.instance +
                                     ", registered over " + binding.flow.text());
    }
  }
}

}  // namespace flowgate::sim
