// Where a NOTIFY goes: RFC 3261 §12.2.1.1, RFC 5626 §5.3, RFC 5627 §6.1.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "flowtoken/flow.h"
#include "proxy/notifier_dialog.h"
#include "proxy/notifier_parts.h"

namespace flowgate::proxy {

struct NotifyWay {
  std::string request_uri;
  std::string routes;  // Route values; empty: none
  Flow flow;
};

// Along the route set; else to the instance whose GRUU the subscriber gave as its Contact, over the flow that
// the dialog knows or, when it is not registered over that, its newest; else down the flow that the SUBSCRIBE
// came over, when its sender is at the other end; else to the Contact. `octets`: how long the NOTIFY is,
// about. `done` is called once, at once or later; with nothing when there is no way.
void find_notify_way(const NotifierParts& parts, const NotifierDialog& dialog, std::size_t octets,
                     std::function<void(std::optional<NotifyWay>)> done);

}  // namespace flowgate::proxy
