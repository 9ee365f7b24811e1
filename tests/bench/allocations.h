// Heap allocations: operator new of the whole program and OpenSSL's own.
#pragma once

#include <cstdint>

namespace flowgate::bench {

// How many this thread has made so far.
std::uint64_t allocations();

}  // namespace flowgate::bench
