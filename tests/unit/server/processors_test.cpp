#include "proxy/server/processors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace flowgate::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Processors, EachThreadHasAShareOfItsOwn) {
  const Processors processors({0, 1, 4, 5, 7});
  EXPECT_THAT(processors.share(0, 2), ElementsAre(0, 4, 7));
  EXPECT_THAT(processors.share(1, 2), ElementsAre(1, 5));
  EXPECT_THAT(processors.share(4, 5), ElementsAre(7));
  EXPECT_THAT(processors.share(0, 1), ElementsAre(0, 1, 4, 5, 7));
}

TEST(Processors, WhereThereAreTooFewNoThreadHasAShare) {
  const Processors processors({2, 3});
  EXPECT_THAT(processors.share(0, 3), IsEmpty());
  EXPECT_THAT(processors.share(2, 3), IsEmpty());
}

TEST(Processors, WhichNobodyKnowsKeepNobody) {
  const Processors processors(std::vector<int>{});
  EXPECT_GE(processors.count(), 1U);
  EXPECT_THAT(processors.share(0, 1), IsEmpty());
}

// What a thread may run on that is kept to these.
std::vector<int> of_thread_on(const std::vector<int>& processors) {
  std::promise<void> kept;
  std::vector<int> found;
  std::thread thread([&] {
    kept.get_future().wait();
    found = Processors().share(0, 1);
  });
  keep_to(thread, processors);
  kept.set_value();
  thread.join();
  return found;
}

TEST(Processors, AThreadWithoutAShareStaysWhereItIs) {
  EXPECT_EQ(of_thread_on({}), Processors().share(0, 1));
}

TEST(Processors, AreThoseThatTheThreadMayRunOn) {
  const Processors all;
  ASSERT_GE(all.count(), 1U);
  const std::vector<int> last = all.share(all.count() - 1, all.count());
  EXPECT_EQ(of_thread_on(last), last);
  EXPECT_EQ(Processors().count(), all.count());
}

}  // namespace
}  // namespace flowgate::server
