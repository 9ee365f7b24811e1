#include "proxy/completed_responses.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {
namespace {

using std::chrono::milliseconds;

constexpr TransactionKey key(std::uint64_t number) {
  return {number * 0x9e3779b97f4a7c15, number};
}

constexpr Instant at(std::uint64_t number) {
  return Instant{milliseconds{number}};
}

class Completed : public ::testing::Test {
 protected:
  // Kept until at(number).
  void push(std::uint64_t number, std::string_view text = "text", bool repeatable = false) {
    responses.push({key(number), ua_flow, at(number), number}, text, repeatable);
  }
  bool has(std::uint64_t number) const { return responses.find(key(number)) != nullptr; }
  std::vector<std::uint64_t> expire(Instant now) {
    std::vector<std::uint64_t> gone;
    responses.expire(now, [&gone](const CompletedResponse& each) { gone.push_back(each.merge_hash); });
    return gone;
  }
  std::vector<std::uint64_t> make_room() {
    std::vector<std::uint64_t> gone;
    responses.make_room([&gone](const CompletedResponse& each) { gone.push_back(each.merge_hash); });
    return gone;
  }

  CompletedResponses responses{1000};
};
using Numbers = std::vector<std::uint64_t>;

TEST_F(Completed, ResponsesAreFoundByTheKeyOfTheirTransaction) {
  EXPECT_FALSE(has(1));
  push(1, "SIP/2.0 200 OK");
  push(2, "SIP/2.0 404 Not Found", true);
  ASSERT_TRUE(has(2));
  EXPECT_EQ(responses.find(key(2))->text(), "SIP/2.0 404 Not Found");
  EXPECT_EQ(responses.find(key(2))->flow, ua_flow);
  EXPECT_EQ(responses.find(key(1))->text(), "SIP/2.0 200 OK");
  EXPECT_FALSE(has(3));
  EXPECT_EQ(responses.size(), 2U);
  EXPECT_EQ(responses.octets(), 35U);
}

TEST_F(Completed, ResponsesGoWhenTheirTimeIsOver) {
  EXPECT_EQ(responses.next(), std::nullopt);
  push(1);
  push(2, "text", true);
  push(3);
  EXPECT_EQ(responses.next(), at(1));
  EXPECT_EQ(expire(at(0)), Numbers{});
  EXPECT_EQ(expire(at(1)), Numbers{1});
  EXPECT_FALSE(has(1));
  EXPECT_EQ(responses.next(), at(2));
  EXPECT_EQ(expire(at(9)), (Numbers{3, 2}));
  EXPECT_EQ(responses.next(), std::nullopt);
  EXPECT_EQ(responses.size(), 0U);
  EXPECT_EQ(responses.octets(), 0U);
}

// Those of other requests stay as long as they must, however many there are.
TEST_F(Completed, ResponsesToRepeatableRequestsMakeRoomForLaterOnes) {
  const std::string text(400, 'x');
  for (const std::uint64_t number : {1, 2, 3}) push(number, text);
  push(4, text, true);
  push(5, text, true);
  EXPECT_EQ(make_room(), Numbers{});
  push(6, text, true);
  EXPECT_EQ(make_room(), Numbers{4});
  EXPECT_FALSE(has(4));
  for (const std::uint64_t number : {1, 2, 3, 5, 6}) EXPECT_TRUE(has(number));
}

// Peers cannot make two transactions one, but what goes must not take a later one of that key with it.
TEST_F(Completed, ALaterResponseWithTheSameKeyStaysFound) {
  responses.push({key(1), ua_flow, at(1), 1}, "first", false);
  responses.push({key(1), ua_flow, at(2), 2}, "second", false);
  EXPECT_EQ(expire(at(1)), Numbers{1});
  ASSERT_TRUE(has(1));
  EXPECT_EQ(responses.find(key(1))->text(), "second");
}

}  // namespace
}  // namespace flowgate::proxy
