#include "proxy/trust.h"

#include <algorithm>

namespace flowgate::proxy {

bool Trust::covers(const Endpoint& address) const {
  return std::ranges::any_of(peers, [&](const AddressPrefix& peer) { return peer.contains(address); });
}

}  // namespace flowgate::proxy
