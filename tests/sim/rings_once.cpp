#include "sim/rings_once.h"

namespace flowgate::sim {

void RingsOnce::sent(const Flow& flow, const Packet& packet, bool) {
  const Attempt* const attempt = forwarding_.attempt();
  if (attempt == nullptr || !forwarding_.is_first_sending() || packet.method() == "ACK") return;
  for (const Attempt* earlier : attempt->parent->attempts) {
    if (earlier == attempt || earlier->instance() != attempt->instance() || has_failed(*earlier)) continue;
    return verdict_.fail(name, std::string(packet.start_line()) + " went to " + flow.text() + " and to " +
                                   earlier->to.text() + ", both of " + attempt->instance());
  }
}

// RFC 5626 §7: 408, 430, a broken or a silent flow; draft-ietf-sip-outbound-00 §5.2: 410. RFC 3263 §4.3: the
// next address of a hop that is no phone's after a 503, a timeout or a transport error.
bool RingsOnce::has_failed(const Attempt& attempt) const {
  // It was given up then, even if the next one took its time to be sent.
  const bool was_silent = attempt.heard.value_or(agenda_.now()) - attempt.at >= patience_;
  if (attempt.binding && was_silent) return true;
  switch (attempt.final_status) {
    case 0:
      break;
    case 408:
    case 410:
    case 430:
      return true;
    case 503:
      return !attempt.binding || !attempt.binding->by_flow;
    default:
      return false;
  }
  if (attempt.gone) return true;
  // Timer F runs whatever was heard; with Timer B a provisional response means life.
  const bool non_invite = attempt.parent->request.method() != "INVITE";
  return (non_invite || !attempt.heard) && agenda_.now() - attempt.at >= timer_f;
}

}  // namespace flowgate::sim
