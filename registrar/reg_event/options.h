// The numbers of the event package, set by configuration.
#pragma once

#include <chrono>
#include <cstddef>

namespace flowgate::reg_event {

struct Options {
  // RFC 3680 §4.4: "3761 seconds. This helps avoid any potential problems with coupling of subscription and
  // registration refreshes."
  std::chrono::seconds default_expires{3761};
  std::chrono::seconds min_expires{60};
  std::chrono::seconds max_expires{7200};
  std::size_t max_subscriptions = 10'000;  // of one shard
  std::size_t max_per_aor = 16;            // of one shard
  // A NOTIFY that goes down a UDP flow is one datagram, whatever its length.
  std::size_t max_document_bytes = 32'768;
};

}  // namespace flowgate::reg_event
