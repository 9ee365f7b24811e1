#include "proxy/server/descriptors.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace flowgate::server {
namespace {

// proc(5): "Number of file descriptor slots currently allocated."
std::size_t slots() {
  std::ifstream status("/proc/self/status");
  for (std::string name; status >> name;) {
    std::size_t number = 0;
    if (name == "FDSize:" && status >> number) return number;
  }
  return 0;
}

TEST(Descriptors, HaveRoomBeforeTheyAreThere) {
  const std::size_t before = slots();
  ASSERT_GT(before, 0U);
  prepare_descriptors(3 * before);
  EXPECT_GE(slots(), 3 * before);
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, limit.rlim_max);
}

std::ptrdiff_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

// However many are wanted, and none stays open for that.
TEST(Descriptors, MayBeFewerThanWanted) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const auto before = open_descriptors();
  prepare_descriptors(static_cast<std::size_t>(limit.rlim_max) + 1000);
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace flowgate::server
