#include "sim/reachable.h"

#include <algorithm>

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
    if (binding.q_milli != best_q) continue;
    const bool tried = std::ranges::any_of(
        parent->attempts, [&](const Attempt* attempt) { return attempt->instance == binding.instance; });
    if (!tried) {
      return verdict_.fail(name, std::string(packet.start_line()) + " did not go to " + binding.instance +
                                     ", registered over " + binding.flow.text());
    }
  }
}

}  // namespace flowgate::sim
