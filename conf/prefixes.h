// Lists of addresses and address prefixes.
#pragma once

#include <string_view>
#include <vector>

#include "conf/section.h"
#include "flowtoken/address_prefix.h"

namespace flowgate::conf {

// Throws Error.
std::vector<AddressPrefix> read_prefixes(const Value& value);

}  // namespace flowgate::conf
