// A lock for what every shard reads for each message and hardly anybody changes. A reader takes the part of
// its thread, so that two shards do not take a cache line from one another; whoever changes something takes
// all parts, one after the other.
//
// Thread-safe. Not recursive.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>

namespace flowgate::registrar {

class ReaderLock {
 public:
  // Held until it is destroyed.
  [[nodiscard]] std::unique_lock<std::mutex> read() { return std::unique_lock{parts_[part()].mutex}; }

  // For std::unique_lock: to change something.
  void lock() {
    for (Part& part : parts_) part.mutex.lock();
  }
  void unlock() {
    for (Part& part : parts_) part.mutex.unlock();
  }

 private:
  struct alignas(64) Part {
    std::mutex mutex;
  };
  static constexpr std::size_t kParts = 16;

  static std::size_t part() {
    static std::atomic<std::size_t> threads{0};
    thread_local const std::size_t part = threads.fetch_add(1, std::memory_order_relaxed) % kParts;
    return part;
  }

  std::array<Part, kParts> parts_;
};

}  // namespace flowgate::registrar
