// ADDRESS:PORT, as several keys have it.
#pragma once

#include <optional>
#include <string_view>

#include "flowtoken/flow.h"

namespace flowgate::conf {

// "127.0.0.1:53" or "[::1]:53"; nothing for anything else.
std::optional<Endpoint> endpoint_from(std::string_view text);

}  // namespace flowgate::conf
