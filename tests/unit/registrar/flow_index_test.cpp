#include "registrar/flow_index.h"

#include "site.h"

namespace flowgate::registrar {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Instant start{1000h};
const Flow flow = flow_from(Protocol::tcp, "192.0.2.1", 40000);

std::string aor(int i) {
  return "ua" + std::to_string(i) + "@example.com";
}

TEST(FlowIndex, TakesAllAorsOfAFlowOnce) {
  FlowIndex index;
  index.put(flow, "alice@example.com", start, Dialect::rfc);
  index.put(flow_from(Protocol::udp, "192.0.2.1", 40000), "bob@example.com", start, Dialect::rfc);
  EXPECT_THAT(index.take(flow), ElementsAre("alice@example.com"));
  EXPECT_THAT(index.take(flow), IsEmpty());
}

// As a few and as many, which are kept in different ways.
TEST(FlowIndex, HoldsEachAorOnce) {
  for (const int count : {2, 100}) {
    FlowIndex index;
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < count; ++i) index.put(flow, aor(i), start, Dialect::rfc);
    }
    EXPECT_EQ(index.take(flow).size(), count);
  }
}

TEST(FlowIndex, AFlowIsKnownToBeAliveUntilItsLatestExpiry) {
  FlowIndex index;
  index.put(flow, "alice@example.com", start + 60s, Dialect::rfc);
  index.put(flow, "bob@example.com", start + 30s, Dialect::rfc);
  EXPECT_TRUE(index.dialect_of(flow, start + 59s));
  EXPECT_FALSE(index.dialect_of(flow, start + 60s));
}

// Which of them it was that lived longest is not known.
TEST(FlowIndex, WhenOneIsErasedNothingIsKnownOfTheOthers) {
  FlowIndex index;
  index.put(flow, "alice@example.com", start + 60s, Dialect::rfc);
  index.put(flow, "bob@example.com", start + 30s, Dialect::rfc);
  index.erase(flow, "bob@example.com");
  EXPECT_FALSE(index.dialect_of(flow, start));
  index.put(flow, "alice@example.com", start + 60s, Dialect::rfc);
  EXPECT_TRUE(index.dialect_of(flow, start));
}

TEST(FlowIndex, AFlowOfManyAorsIsAliveWhileItHasAny) {
  FlowIndex index;
  for (int i = 0; i < 100; ++i) index.put(flow, aor(i), start, Dialect::rfc);
  EXPECT_TRUE(index.dialect_of(flow, start + 1h));
  for (int i = 0; i < 100; ++i) index.erase(flow, aor(i));
  EXPECT_FALSE(index.dialect_of(flow, start));
}

TEST(FlowIndex, ForgetsWhatIsErased) {
  for (const int count : {1, 8, 9, 100}) {
    FlowIndex index;
    for (int i = 0; i < count; ++i) index.put(flow, aor(i), start + 60s, Dialect::rfc);
    for (int i = 1; i < count; ++i) index.erase(flow, aor(i));
    index.erase(flow, "nobody@example.com");
    EXPECT_THAT(index.aors(flow), ElementsAre(aor(0)));
    index.erase(flow, aor(0));
    EXPECT_THAT(index.take(flow), IsEmpty());
    index.put(flow, aor(0), start + 60s, Dialect::rfc);
    EXPECT_TRUE(index.dialect_of(flow, start));
  }
}

}  // namespace
}  // namespace flowgate::registrar
