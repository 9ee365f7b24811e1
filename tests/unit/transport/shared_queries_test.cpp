#include "transport/dns/shared_queries.h"

#include <gtest/gtest.h>

namespace flowgate::dns {
namespace {

const Instant start{std::chrono::hours(1)};
const Question example{"example.com", Type::a};

AnswerPtr found() {
  Answer answer;
  answer.outcome = Outcome::found;
  answer.ttl = std::chrono::seconds(60);
  return std::make_shared<const Answer>(answer);
}

TEST(SharedQueries, AllWhoAskMeanwhileShareOneQuery) {
  SharedQueries queries;
  int answers = 0;
  const auto count = [&](const AnswerPtr& answer) { answers += answer->outcome == Outcome::found; };
  EXPECT_TRUE(queries.ask(example, start, count));
  EXPECT_FALSE(queries.ask(example, start, count));
  EXPECT_TRUE(queries.ask({"example.com", Type::aaaa}, start, count));
  EXPECT_EQ(answers, 0);
  queries.answered(example, found(), start);
  EXPECT_EQ(answers, 2);
  EXPECT_EQ(queries.queries(), 1U);
}

TEST(SharedQueries, WhoAsksLaterGetsTheAnswerAtOnce) {
  SharedQueries queries;
  EXPECT_TRUE(queries.ask(example, start, [](const AnswerPtr&) {}));
  queries.answered(example, found(), start);
  AnswerPtr answer;
  EXPECT_FALSE(queries.ask(example, start + std::chrono::seconds(59), [&](AnswerPtr a) { answer = a; }));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(queries.ask(example, start + std::chrono::seconds(60), [](const AnswerPtr&) {}));
}

TEST(SharedQueries, WhoIsAnsweredMayAskAgain) {
  SharedQueries queries;
  bool again = false, sent = false;
  EXPECT_TRUE(queries.ask(example, start, [&](const AnswerPtr&) {
    sent = queries.ask({"other.example", Type::a}, start, [](const AnswerPtr&) {});
    again = !queries.ask(example, start, [](const AnswerPtr&) {});
  }));
  queries.answered(example, found(), start);
  EXPECT_TRUE(sent);
  EXPECT_TRUE(again);
}

TEST(SharedQueries, QueriesAreBounded) {
  SharedQueries queries({}, 2);
  EXPECT_TRUE(queries.ask({"a", Type::a}, start, [](const AnswerPtr&) {}));
  EXPECT_TRUE(queries.ask({"b", Type::a}, start, [](const AnswerPtr&) {}));
  AnswerPtr answer;
  EXPECT_FALSE(queries.ask({"c", Type::a}, start, [&](AnswerPtr a) { answer = a; }));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->outcome, Outcome::failed);
  EXPECT_FALSE(queries.ask({"a", Type::a}, start, [](const AnswerPtr&) {}));
  queries.answered({"a", Type::a}, found(), start);
  EXPECT_TRUE(queries.ask({"c", Type::a}, start, [](const AnswerPtr&) {}));
}

TEST(SharedQueries, ClearedNobodyIsCalled) {
  SharedQueries queries;
  auto held = std::make_shared<int>(0);
  EXPECT_TRUE(queries.ask(example, start, [held](const AnswerPtr&) { ++*held; }));
  queries.clear();
  EXPECT_EQ(held.use_count(), 1);
  queries.answered(example, found(), start);
  EXPECT_EQ(*held, 0);
}

}  // namespace
}  // namespace flowgate::dns
