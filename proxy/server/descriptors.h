// The descriptors of this process: each connection is one.
#pragma once

#include <cstddef>

namespace flowgate::server {

// As many as the process may have, and room in the kernel's table for `wanted` of them. Before any thread
// starts: the table of a process with threads grows only when no thread looks into it any more, and whoever
// accepts its 256th, 512th, ... connection then waits for 5 to 15 ms.
void prepare_descriptors(std::size_t wanted);

}  // namespace flowgate::server
