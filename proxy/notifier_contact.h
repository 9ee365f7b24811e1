// The Contact of our side of a subscription's dialog.
//
//   sip:reg-SS-IIIIIIIIIIIIIIII@203.0.113.1:5060;transport=tcp;gr
//
// SS names the shard that has the dialog, I the subscription (64 random bits). RFC 6665 §4.5.1: notifiers
// "MUST use a GRUU as their local target": it leads here from wherever this host can be reached.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "proxy/local_addresses.h"
#include "sip/uri.h"

namespace flowgate::proxy {

struct NotifierContact {
  std::uint8_t shard = 0;
  std::uint64_t id = 0;

  // As the peer at the other end of `flow` reaches us. `sips`: a SIPS URI, on a flow over TLS.
  std::string uri(const LocalAddresses& local, const Flow& flow, bool sips) const;
  // Nothing for a URI that is not of this form; whether its host is ours is for the caller to see.
  static std::optional<NotifierContact> parse(const sip::Uri& uri);
};

}  // namespace flowgate::proxy
