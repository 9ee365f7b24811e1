// RFC 2782, "Usage rules".
#include "transport/dns/srv_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

namespace flowgate::dns {
namespace {

using ::testing::ElementsAre;

class SrvOrder : public ::testing::Test {
 protected:
  std::vector<std::string> order(std::vector<Srv> records) {
    std::vector<std::string> targets;
    for (const Srv& record : order_srv(std::move(records), [this] { return generator(); })) {
      targets.push_back(record.target);
    }
    return targets;
  }
  // How often, of 10 000 times, each record comes first.
  std::map<std::string, int> firsts(const std::vector<Srv>& records) {
    std::map<std::string, int> count;
    for (int i = 0; i < 10'000; ++i) ++count[order(records).front()];
    return count;
  }

  std::mt19937_64 generator{20'00'02};
};

// "A client MUST attempt to contact the target host with the lowest-numbered priority it can reach"
TEST_F(SrvOrder, LowestPriorityComesFirst) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(order({{3, 65535, 1, "c"}, {1, 0, 1, "a"}, {2, 65535, 1, "b"}}), ElementsAre("a", "b", "c"));
  }
}

// "Larger weights SHOULD be given a proportionately higher probability of being selected."
TEST_F(SrvOrder, WeightsAreProportionalToTheChanceOfBeingFirst) {
  const auto count = firsts({{0, 1, 1, "one"}, {0, 3, 1, "three"}, {0, 6, 1, "six"}});
  // One number in 0..10 more than the weights sum up to falls to whichever stands first.
  EXPECT_NEAR(count.at("one"), 1212, 200);
  EXPECT_NEAR(count.at("three"), 3030, 250);
  EXPECT_NEAR(count.at("six"), 5758, 250);
}

// "In the presence of records containing weights greater than 0, records with weight 0 should have a very
// small chance of being selected."
TEST_F(SrvOrder, WeightZeroHasAVerySmallChance) {
  const auto count = firsts({{0, 0, 1, "zero"}, {0, 100, 1, "hundred"}});
  EXPECT_NEAR(count.at("zero"), 99, 60);  // one number of 101
}

TEST_F(SrvOrder, RecordsThatAllHaveWeightZeroShareTheLoad) {
  const auto count = firsts({{0, 0, 1, "a"}, {0, 0, 1, "b"}});
  EXPECT_NEAR(count.at("a"), 5000, 300);
}

// "Continue the ordering process until there are no unordered SRV RRs."
TEST_F(SrvOrder, TheRestOfAPriorityIsOrderedByWeightToo) {
  int second = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto targets = order({{0, 1, 1, "a"}, {0, 1000, 1, "b"}, {0, 1'000, 1, "c"}, {1, 1, 1, "d"}});
    ASSERT_EQ(targets.size(), 4U);
    EXPECT_EQ(targets.back(), "d");
    second += targets[1] == "a";
  }
  EXPECT_LT(second, 60);
}

TEST_F(SrvOrder, LargestWeightsDoNotOverflow) {
  const auto count = firsts({{0, 65535, 1, "a"}, {0, 65535, 1, "b"}, {0, 65535, 1, "c"}});
  EXPECT_NEAR(count.at("a"), 3333, 300);
  EXPECT_NEAR(count.at("b"), 3333, 300);
}

TEST_F(SrvOrder, NothingStaysNothing) {
  EXPECT_TRUE(order({}).empty());
}

}  // namespace
}  // namespace flowgate::dns
