// The next hops of a request that goes to an address rather than down a flow: RFC 3263 §4. They are tried one
// after the other until one answers (§4.3).
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "proxy/core_parts.h"

namespace flowgate::proxy {

// The hops that `uri` names, in the order to try; none when it names nobody. `done` is called once, at once
// or later.
//
// `loopback`: may it be an address of this host's loopback? Only where the request came from there, or the
// configuration says so; the unspecified address and multicast groups are reached by none: nobody gets at
// what listens behind us through us. `octets`: how long the request is, about. RFC 3261 §18.1.1: one that is
// too long for UDP goes over TCP; where nobody listens for that, over UDP all the same.
void find_next_hops(CoreParts& parts, std::string_view uri, bool loopback, std::size_t octets,
                    std::function<void(std::vector<NextHop>)> done);

// Those of `hops` that are at the far end of `peer`. None: down the flow itself.
std::vector<NextHop> hops_of_peer(const std::vector<NextHop>& hops, const Flow& peer);

// A flow to the first of `hops` that can be reached. `done` is called once, at once or later.
void connect_first(CoreParts& parts, std::vector<NextHop> hops, Network::Connected done);

}  // namespace flowgate::proxy
