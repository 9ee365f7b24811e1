// The order in which the targets of an SRV answer are tried (RFC 2782, "Usage rules").
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "transport/dns/record.h"

namespace flowgate::dns {

using Random = std::function<std::uint64_t()>;

// By priority, and by weighted chance among those of the same priority. Quadratic: the caller bounds the
// number of records.
std::vector<Srv> order_srv(std::vector<Srv> records, const Random& random);

}  // namespace flowgate::dns
