#include "transport/ticket_keys.h"

#include <gtest/gtest.h>

namespace flowgate::transport {
namespace {

using std::chrono::seconds;

class TicketKeysTest : public testing::Test {
 protected:
  TicketKeys keys;
  const TicketKeys::Instant begin = keys.current(std::chrono::steady_clock::now())->made;
};

TEST_F(TicketKeysTest, AKeyIsUsedUntilItsTimeIsOver) {
  const auto first = keys.current(begin);
  const auto last = keys.current(begin + TicketKeys::rotation - seconds(1));
  const auto next = keys.current(begin + TicketKeys::rotation);
  EXPECT_EQ(first->name, last->name);
  EXPECT_NE(first->name, next->name);
  EXPECT_NE(first->cipher, next->cipher);
  EXPECT_NE(first->mac, next->mac);
}

TEST_F(TicketKeysTest, AKeyIsFoundAsLongAsATicketMadeWithItIsGood) {
  const auto first = keys.current(begin);
  keys.current(begin + TicketKeys::rotation);
  const auto end = begin + TicketKeys::rotation + TicketKeys::lifetime;
  const auto found = keys.find(first->name.data(), end - seconds(1));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->cipher, first->cipher);
  EXPECT_EQ(found->mac, first->mac);
  EXPECT_FALSE(keys.find(first->name.data(), end));
}

TEST_F(TicketKeysTest, AKeyThatIsNotOursIsNotFound) {
  TicketKeys others;
  EXPECT_FALSE(keys.find(others.current(begin)->name.data(), begin));
}

}  // namespace
}  // namespace flowgate::transport
