// `admin`: where metrics are to be had.
#pragma once

#include <optional>
#include <vector>

#include "conf/listener.h"
#include "conf/section.h"
#include "flowtoken/flow.h"

namespace flowgate::conf {

// Nothing: nowhere. Throws Error, also when one of `listeners` has the address.
std::optional<Endpoint> read_admin(const Section& top, const std::vector<Listener>& listeners);

}  // namespace flowgate::conf
