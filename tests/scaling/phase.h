// One part of a load: several threads do the same, and what that takes is told in one line of JSON.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>

namespace flowgate::scaling {

struct Done {
  std::uint64_t transactions = 0, lost = 0;
};

// Calls `work` in each thread with its number. `server`: the process whose CPU time is told, beside that of
// this one, which may be the limit. Throws what a thread throws.
void phase(const char* name, pid_t server, unsigned threads, const std::function<Done(unsigned)>& work);

}  // namespace flowgate::scaling
