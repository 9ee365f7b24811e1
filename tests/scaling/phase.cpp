#include "phase.h"

#include <fmt/core.h>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <future>
#include <vector>

#include "cpu_time.h"

namespace flowgate::scaling {
namespace {

using Microseconds = std::chrono::duration<double, std::micro>;

// Of this process, also of threads that have ended.
std::chrono::nanoseconds own_cpu_time() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

void phase(const char* name, pid_t server, unsigned threads, const std::function<Done(unsigned)>& work) {
  const auto served = cpu_time(server), generated = own_cpu_time();
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::future<Done>> running;
  for (unsigned thread = 0; thread < threads; ++thread)
    running.push_back(std::async(std::launch::async, work, thread));
  Done all;
  for (auto& thread : running) {
    const Done done = thread.get();
    all.transactions += done.transactions;
    all.lost += done.lost;
  }
  const Microseconds wall = std::chrono::steady_clock::now() - begin;
  const Microseconds serving = cpu_time(server) - served, generating = own_cpu_time() - generated;
  const auto count = static_cast<double>(all.transactions);
  fmt::print(
      "{{\"phase\": \"{}\", \"transactions\": {}, \"lost\": {}, \"per_second\": {:.0f}, \"cpu_us\": {:.2f}, "
      "\"server_cores\": {:.2f}, \"generator_cores\": {:.2f}}}\n",
      name, all.transactions, all.lost, 1e6 * count / wall.count(), serving.count() / count, serving / wall,
      generating / wall);
  std::fflush(stdout);
}

}  // namespace flowgate::scaling
