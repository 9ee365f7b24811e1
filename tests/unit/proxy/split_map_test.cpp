#include "proxy/split_map.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>

namespace flowgate::proxy {
namespace {

struct Spread {
  std::size_t operator()(std::uint64_t key) const { return key * 0x9e3779b97f4a7c15; }
};
using Map = SplitMap<std::uint64_t, std::string, Spread>;

TEST(SplitMap, IsWhatAMapIs) {
  Map split;
  std::map<std::uint64_t, std::string> map;
  std::mt19937 random{1};
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t key = random() % 2000;
    if (random() % 3 == 0) {
      split.erase(key);
      map.erase(key);
    } else {
      EXPECT_EQ(split.put(key, std::to_string(i)), std::to_string(i));
      map[key] = std::to_string(i);
    }
    ASSERT_EQ(split.size(), map.size());
  }
  for (std::uint64_t key = 0; key < 2000; ++key) {
    const auto known = map.find(key);
    ASSERT_EQ(split.find(key) != nullptr, known != map.end());
    if (known != map.end()) {
      EXPECT_EQ(*split.find(key), known->second);
    }
  }
}

TEST(SplitMap, ShowsEachEntryOnce) {
  Map split;
  for (std::uint64_t key = 0; key < 1000; ++key) split.put(key, std::to_string(key));
  std::multiset<std::string> seen;
  split.for_each([&](const std::string& value) { seen.insert(value); });
  EXPECT_EQ(seen.size(), 1000U);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 1000U);
}

}  // namespace
}  // namespace flowgate::proxy
