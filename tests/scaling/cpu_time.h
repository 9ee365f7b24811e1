// The CPU time of another process, user and system, of all its threads and of the processes that it has made.
#pragma once

#include <sys/types.h>

#include <chrono>

namespace flowgate::scaling {

// As the scheduler counts it (/proc/PID/task/*/schedstat), not in ticks. Nothing for a process that is gone.
std::chrono::nanoseconds cpu_time(pid_t process);

}  // namespace flowgate::scaling
