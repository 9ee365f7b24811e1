// This node among those that share its location service: a binding that is reached by a flow belongs to the
// node that has the flow, and the others reach it there, as a registrar reaches a UA behind an edge (RFC
// 3327, RFC 5626 §5).
#pragma once

#include <string>
#include <string_view>

#include "flowtoken/flow.h"
#include "flowtoken/token.h"
#include "proxy/local_addresses.h"

namespace flowgate::proxy {

struct Node {
  std::string name;  // told from those of all others; empty: it is alone
  std::string uri;   // that the others reach it by, without a user; empty: by the local address of the flow
};

// The keys of its flow tokens. Each node has its own, so that in a dialog through several none takes the
// Route value of another for its own; what is derived from the key file otherwise is common to all.
TokenKeys token_keys_of(const Node& node, const TokenKeys& keys);

// The Route value that leads the others to the flow which `token` is of.
std::string route_to(const Node& node, const LocalAddresses& local, const Flow& flow, std::string_view token);

}  // namespace flowgate::proxy
