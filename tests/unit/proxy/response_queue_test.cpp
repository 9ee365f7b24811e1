#include "proxy/response_queue.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {
namespace {

CompletedResponse response(std::uint64_t number) {
  return {{number, number}, ua_flow, Instant{std::chrono::milliseconds{number}}, number};
}

std::string text_of(std::uint64_t number, std::size_t size) {
  std::string text = std::to_string(number);
  text.resize(size, 'x');
  return text;
}

TEST(ResponseQueue, GivesThemInTheOrderInWhichTheyCame) {
  ResponseQueue queue;
  EXPECT_EQ(queue.front(), nullptr);
  queue.push(response(1), "");
  EXPECT_EQ(queue.push(response(2), "two").text(), "two");
  EXPECT_EQ(queue.front()->merge_hash, 1U);
  queue.pop();
  EXPECT_EQ(queue.front()->merge_hash, 2U);
  EXPECT_EQ(queue.front()->flow, ua_flow);
  queue.pop();
  EXPECT_EQ(queue.front(), nullptr);
  queue.push(response(3), "three");
  EXPECT_EQ(queue.front()->text(), "three");
}

// Of all sizes, the largest larger than any chunk, so that chunks begin and end at every place.
TEST(ResponseQueue, KeepsEachTextWhateverItsSize) {
  ResponseQueue queue;
  std::uint64_t first = 1, next = 1;
  std::size_t octets = 0;
  const auto size_of = [](std::uint64_t number) {
    return number % 97 == 0 ? 100'000 : number * 131 % 2000 + 8;
  };
  for (; next < 3000; ++next) {
    queue.push(response(next), text_of(next, size_of(next)));
    octets += size_of(next);
    if (next % 3 != 0) continue;
    ASSERT_EQ(queue.front()->text(), text_of(first, size_of(first)));
    octets -= size_of(first++);
    queue.pop();
    ASSERT_EQ(queue.octets(), octets);
  }
  for (; first < next; ++first) {
    ASSERT_EQ(queue.front()->text(), text_of(first, size_of(first)));
    queue.pop();
  }
  EXPECT_EQ(queue.front(), nullptr);
  EXPECT_EQ(queue.octets(), 0U);
}

// Chunks are used again, in a steady state and behind a peak, and what was pushed stays where it is.
TEST(ResponseQueue, KeepsEachTextWhenThereAreVeryMany) {
  ResponseQueue queue;
  std::uint64_t first = 1, next = 1;
  for (const std::uint64_t kept : {20'000U, 200U, 10'000U, 0U, 5'000U}) {
    for (const std::uint64_t end = next + 10'000; next < end || next < first + kept; ++next) {
      queue.push(response(next), text_of(next, 700));
      if (next < first + kept) continue;
      ASSERT_EQ(queue.front()->text(), text_of(first++, 700));
      queue.pop();
    }
    for (; next > first + kept; queue.pop()) ASSERT_EQ(queue.front()->text(), text_of(first++, 700));
  }
  EXPECT_EQ(queue.octets(), 5'000U * 700);
}

}  // namespace
}  // namespace flowgate::proxy
