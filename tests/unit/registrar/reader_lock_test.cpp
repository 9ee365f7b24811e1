#include "registrar/reader_lock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace flowgate::registrar {
namespace {

TEST(ReaderLock, NobodyReadsWhileSomethingChanges) {
  ReaderLock lock;
  int a = 0, b = 0;
  std::atomic<bool> over{false};
  std::atomic<int> torn{0}, seen{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!over) {
        const auto reading = lock.read();
        if (a != b) ++torn;
        ++seen;
      }
    });
  }
  while (seen == 0) std::this_thread::yield();
  for (int i = 0; i < 1000; ++i) {
    const std::scoped_lock changing{lock};
    ++a;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    ++b;
  }
  over = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(b, 1000);
}

// Threads that come one after the other have different parts.
TEST(ReaderLock, ReadersOfTwoThreadsDoNotWaitForOneAnother) {
  ReaderLock lock;
  bool read = false;
  std::thread([&] {
    const auto reading = lock.read();
    std::thread([&] {
      const auto too = lock.read();
      read = true;
    }).join();
  }).join();
  EXPECT_TRUE(read);
}

}  // namespace
}  // namespace flowgate::registrar
