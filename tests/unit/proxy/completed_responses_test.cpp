#include "proxy/completed_responses.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {
namespace {

using std::chrono::milliseconds;

constexpr TransactionKey key(std::uint64_t number) {
  return {number * 0x9e3779b97f4a7c15, number};
}

CompletedResponses::Response response(std::uint64_t number) {
  return {key(number), ua_flow, Instant{milliseconds{number}}, number};
}

std::string text_of(std::uint64_t number, std::size_t size) {
  std::string text = std::to_string(number);
  text.resize(size, 'x');
  return text;
}

TEST(CompletedResponses, AreFoundByTheKeyOfTheirTransaction) {
  CompletedResponses responses;
  EXPECT_EQ(responses.find(key(1)), nullptr);
  responses.push(response(1), "SIP/2.0 200 OK");
  responses.push(response(2), "SIP/2.0 404 Not Found");
  ASSERT_NE(responses.find(key(2)), nullptr);
  EXPECT_EQ(responses.find(key(2))->text(), "SIP/2.0 404 Not Found");
  EXPECT_EQ(responses.find(key(2))->flow, ua_flow);
  EXPECT_EQ(responses.find(key(1))->text(), "SIP/2.0 200 OK");
  EXPECT_EQ(responses.find(key(3)), nullptr);
}

TEST(CompletedResponses, LeaveInTheOrderInWhichTheyCame) {
  CompletedResponses responses;
  EXPECT_EQ(responses.front(), nullptr);
  responses.push(response(1), "");
  responses.push(response(2), "two");
  EXPECT_EQ(responses.front()->merge_hash, 1U);
  responses.pop();
  EXPECT_EQ(responses.find(key(1)), nullptr);
  EXPECT_EQ(responses.front()->merge_hash, 2U);
  responses.pop();
  EXPECT_EQ(responses.front(), nullptr);
  responses.push(response(3), "three");
  EXPECT_EQ(responses.front()->text(), "three");
}

// Of all sizes, the largest larger than any chunk, so that chunks begin and end at every place.
TEST(CompletedResponses, KeepEachTextWhateverItsSize) {
  CompletedResponses responses;
  std::uint64_t first = 1, next = 1;
  std::size_t octets = 0;
  const auto size_of = [](std::uint64_t number) {
    return number % 97 == 0 ? 100'000 : number * 131 % 2000 + 8;
  };
  for (; next < 3000; ++next) {
    responses.push(response(next), text_of(next, size_of(next)));
    octets += size_of(next);
    if (next % 3 != 0) continue;
    ASSERT_EQ(responses.front()->text(), text_of(first, size_of(first)));
    octets -= size_of(first++);
    responses.pop();
  }
  EXPECT_EQ(responses.size(), next - first);
  EXPECT_EQ(responses.octets(), octets);
  for (std::uint64_t number = first; number < next; ++number)
    ASSERT_EQ(responses.find(key(number))->text(), text_of(number, size_of(number)));
  for (; first < next; ++first) responses.pop();
  EXPECT_EQ(responses.size(), 0U);
  EXPECT_EQ(responses.octets(), 0U);
}

// So many that their chunks are huge pages, which are used again.
TEST(CompletedResponses, KeepEachTextWhenThereAreVeryMany) {
  CompletedResponses responses;
  constexpr std::uint64_t kept = 20'000;
  for (std::uint64_t next = 1; next <= 3 * kept; ++next) {
    responses.push(response(next), text_of(next, 700));
    if (next <= kept) continue;
    ASSERT_EQ(responses.front()->text(), text_of(next - kept, 700));
    responses.pop();
  }
  for (std::uint64_t number = 2 * kept + 1; number <= 3 * kept; ++number)
    ASSERT_EQ(responses.find(key(number))->text(), text_of(number, 700));
  while (responses.front() != nullptr) responses.pop();
  EXPECT_EQ(responses.octets(), 0U);
  responses.push(response(1), "after that");
  EXPECT_EQ(responses.front()->text(), "after that");
}

// Peers cannot make two transactions one, but what is popped must not take a later one of that key with it.
TEST(CompletedResponses, ALaterOneWithTheSameKeyStaysFound) {
  CompletedResponses responses;
  responses.push(response(1), "first");
  responses.push(response(1), "second");
  responses.pop();
  ASSERT_NE(responses.find(key(1)), nullptr);
  EXPECT_EQ(responses.find(key(1))->text(), "second");
}

}  // namespace
}  // namespace flowgate::proxy
