// The trust domain of RFC 3325 §2 and §3: the peers whose word is taken for who somebody is.
#pragma once

#include <vector>

#include "flowtoken/address_prefix.h"
#include "flowtoken/flow.h"

namespace flowgate::proxy {

struct Trust {
  std::vector<AddressPrefix> peers;
  // Is what strangers assert taken away? Not where there is nobody to trust and nobody authenticates: then
  // nobody believes it anyway.
  bool applies = false;

  bool covers(const Endpoint& address) const;
};

}  // namespace flowgate::proxy
