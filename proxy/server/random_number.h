// Random numbers from OpenSSL's generator.
#pragma once

#include <cstdint>

namespace flowgate::server {

// Any thread. Throws std::runtime_error when there are none.
std::uint64_t random_number();

}  // namespace flowgate::server
