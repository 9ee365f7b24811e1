// What a message says, found without parsing it.
#pragma once

#include <cstdint>
#include <string_view>

namespace flowgate::avalanche {

// The number behind `name`, which begins a line or stands anywhere in it.
std::uint32_t number_behind(std::string_view text, std::string_view name, std::uint32_t otherwise);

}  // namespace flowgate::avalanche
