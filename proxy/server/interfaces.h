// The addresses of this host.
#pragma once

#include <vector>

#include "flowtoken/flow.h"

namespace flowgate::server {

// All IPv4 and IPv6 addresses of all interfaces that are up; ports 0. Throws std::system_error.
std::vector<Endpoint> interface_addresses();

}  // namespace flowgate::server
