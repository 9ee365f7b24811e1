#include "transport/dns/cache.h"

#include <gtest/gtest.h>

namespace flowgate::dns {
namespace {

using std::chrono::seconds;

const Instant start{std::chrono::hours(1)};
const Question example{"example.com", Type::a};

AnswerPtr answer(Outcome outcome, seconds ttl) {
  Answer answer;
  answer.outcome = outcome;
  answer.ttl = ttl;
  return std::make_shared<const Answer>(answer);
}

class DnsCache : public ::testing::Test {
 protected:
  // For how long an answer is kept.
  seconds kept(Outcome outcome, seconds ttl) {
    cache.put(example, answer(outcome, ttl), start);
    seconds last{0};
    for (const int time : {0, 1, 9, 10, 29, 30, 59, 60, 299, 300, 3599, 3600, 7200}) {
      if (!cache.find(example, start + seconds(time))) break;
      last = seconds(time);
    }
    return last;
  }

  CacheOptions options;
  Cache cache{options};
};

// RFC 1035 §3.2.1, TTL: "the time interval (in seconds) that the resource record may be cached before the
// source of the information should again be consulted"
TEST_F(DnsCache, AnswerIsKeptForItsTimeToLive) {
  EXPECT_EQ(kept(Outcome::found, seconds(300)), seconds(299));
}

TEST_F(DnsCache, TimeToLiveIsCutToBetweenASecondAndAnHour) {
  EXPECT_EQ(kept(Outcome::found, seconds(0)), seconds(0));
  EXPECT_EQ(kept(Outcome::found, seconds(0x7fffffff)), seconds(3599));
}

// RFC 2308 §5: "a negative answer MUST be cached" no longer than the SOA says; here within bounds.
TEST_F(DnsCache, NegativeAnswerIsKeptForTenToSixtySeconds) {
  EXPECT_EQ(kept(Outcome::none, seconds(0)), seconds(9));
  EXPECT_EQ(kept(Outcome::none, seconds(30)), seconds(29));
  EXPECT_EQ(kept(Outcome::none, seconds(86400)), seconds(59));
}

// RFC 2308 §7.2: "a dead server indication [...] MUST NOT be used for longer than five minutes."
TEST_F(DnsCache, FailureIsKeptForTenSeconds) {
  EXPECT_EQ(kept(Outcome::failed, seconds(3600)), seconds(9));
}

TEST_F(DnsCache, TypesOfOneNameAreKeptApart) {
  cache.put(example, answer(Outcome::found, seconds(60)), start);
  EXPECT_FALSE(cache.find({"example.com", Type::aaaa}, start));
  EXPECT_FALSE(cache.find({"example.org", Type::a}, start));
  EXPECT_TRUE(cache.find(example, start));
}

TEST_F(DnsCache, NewerAnswerReplacesTheOlder) {
  cache.put(example, answer(Outcome::none, seconds(60)), start);
  cache.put(example, answer(Outcome::found, seconds(60)), start);
  EXPECT_EQ(cache.size(), 1U);
  EXPECT_EQ(cache.find(example, start)->outcome, Outcome::found);
}

TEST_F(DnsCache, EntriesAreBoundedAndTheLeastRecentlyUsedGoes) {
  options.max_entries = 3;
  Cache small(options);
  for (const char* name : {"a", "b", "c"}) {
    small.put({name, Type::a}, answer(Outcome::found, seconds(60)), start);
  }
  EXPECT_TRUE(small.find({"a", Type::a}, start));
  small.put({"d", Type::a}, answer(Outcome::found, seconds(60)), start);
  EXPECT_EQ(small.size(), 3U);
  EXPECT_TRUE(small.find({"a", Type::a}, start));
  EXPECT_FALSE(small.find({"b", Type::a}, start));
}

TEST_F(DnsCache, ExpiredEntryIsGone) {
  cache.put(example, answer(Outcome::found, seconds(60)), start);
  EXPECT_FALSE(cache.find(example, start + seconds(60)));
  EXPECT_EQ(cache.size(), 0U);
}

}  // namespace
}  // namespace flowgate::dns
