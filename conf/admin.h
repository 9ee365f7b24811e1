// `admin`: where metrics are to be had.
#pragma once

#include <optional>

#include "conf/section.h"
#include "flowtoken/flow.h"

namespace flowgate::conf {

// Nothing: nowhere. Throws Error.
std::optional<Endpoint> read_admin(const Section& top);

}  // namespace flowgate::conf
