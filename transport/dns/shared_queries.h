// Questions and those who wait for the answers: one query serves all who ask the same meanwhile, and the
// cache those who ask later.
#pragma once

#include <cstddef>
#include <functional>
#include <unordered_map>
#include <vector>

#include "transport/dns/cache.h"
#include "transport/dns/record.h"

namespace flowgate::dns {

class SharedQueries {
 public:
  using Answered = std::function<void(AnswerPtr)>;

  // `max_queries`: questions that wait for an answer; one more is answered as failed.
  explicit SharedQueries(const CacheOptions& options = {}, std::size_t max_queries = 1024)
      : cache_(options), max_queries_(max_queries) {}

  // True: the caller is to send a query, and to give answered() what comes of it. Else somebody has done so,
  // or `done` has been called.
  [[nodiscard]] bool ask(const Question& question, Instant now, Answered done);
  void answered(const Question& question, const AnswerPtr& answer, Instant now);
  // Nobody waits any more; what they gave to ask() is not called.
  void clear() { waiting_.clear(); }

  std::size_t queries() const { return waiting_.size(); }

 private:
  Cache cache_;
  const std::size_t max_queries_;
  std::unordered_map<Question, std::vector<Answered>, QuestionHash> waiting_;
};

}  // namespace flowgate::dns
