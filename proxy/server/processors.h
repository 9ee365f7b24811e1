// The processors that this process may run on, and which thread keeps to which of them.
//
// Left to itself, Linux had two busy shards wait for each other on one processor while the other one was idle
// between the short moments of a third thread (docs/performance.md).
#pragma once

#include <thread>
#include <utility>
#include <vector>

namespace flowgate::server {

class Processors {
 public:
  // As the calling thread may (sched_setaffinity(2), cpuset, taskset).
  Processors();
  explicit Processors(std::vector<int> numbers) : numbers_(std::move(numbers)) {}

  // At least one. When they are not known, those of the machine.
  unsigned count() const;
  // Those of thread `number` of `threads`: no other has them. None when there are too few for that.
  std::vector<int> share(unsigned number, unsigned threads) const;

 private:
  std::vector<int> numbers_;  // none: more than a cpu_set_t holds
};

// It runs on these from now on. When there are none, or the system refuses that, it stays as it was.
void keep_to(std::thread& thread, const std::vector<int>& processors);

}  // namespace flowgate::server
