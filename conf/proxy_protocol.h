// The `proxy_protocol:` section: the load balancers that say for whom they connect.
#pragma once

#include <vector>

#include "conf/section.h"
#include "flowtoken/address_prefix.h"

namespace flowgate::conf {

struct ProxyProtocol {
  std::vector<AddressPrefix> from;  // none without the section
};

// `top`: the whole file. Throws Error.
ProxyProtocol read_proxy_protocol(const Section& top);

}  // namespace flowgate::conf
