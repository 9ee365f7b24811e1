#include "proxy/server/processors.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>

namespace flowgate::server {

Processors::Processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return;
  for (int number = 0; number < CPU_SETSIZE; ++number) {
    if (CPU_ISSET(number, &set)) numbers_.push_back(number);
  }
}

unsigned Processors::count() const {
  if (numbers_.empty()) return std::max(1U, std::thread::hardware_concurrency());
  return static_cast<unsigned>(numbers_.size());
}

std::vector<int> Processors::share(unsigned number, unsigned threads) const {
  std::vector<int> share;
  if (threads > numbers_.size()) return share;
  for (unsigned place = number; place < numbers_.size(); place += threads) share.push_back(numbers_[place]);
  return share;
}

void keep_to(std::thread& thread, const std::vector<int>& processors) {
  if (processors.empty()) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int number : processors) CPU_SET(number, &set);
  (void)::pthread_setaffinity_np(thread.native_handle(), sizeof set, &set);
}

}  // namespace flowgate::server
