#include "proxy/server/processors.h"

#include <pthread.h>
#include <sched.h>

namespace flowgate::server {

// A machine with more processors than a cpu_set_t holds counts as one with a single one: nobody is kept
// anywhere.
Processors::Processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) {
    for (int number = 0; number < CPU_SETSIZE; ++number) {
      if (CPU_ISSET(number, &set)) numbers_.push_back(number);
    }
  }
  if (numbers_.empty()) numbers_.push_back(0);
}

std::vector<int> Processors::share(unsigned number, unsigned threads) const {
  if (threads > count()) return numbers_;
  std::vector<int> share;
  for (unsigned place = number; place < count(); place += threads) share.push_back(numbers_[place]);
  return share;
}

void keep_to(std::thread& thread, const std::vector<int>& processors) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int number : processors) CPU_SET(number, &set);
  (void)::pthread_setaffinity_np(thread.native_handle(), sizeof set, &set);
}

}  // namespace flowgate::server
