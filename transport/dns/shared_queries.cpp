#include "transport/dns/shared_queries.h"

#include <utility>

namespace flowgate::dns {

bool SharedQueries::ask(const Question& question, Instant now, Answered done) {
  if (AnswerPtr answer = cache_.find(question, now)) {
    done(std::move(answer));
    return false;
  }
  const auto query = waiting_.find(question);
  if (query != waiting_.end()) {
    query->second.push_back(std::move(done));
    return false;
  }
  if (waiting_.size() >= max_queries_) {
    done(std::make_shared<const Answer>());
    return false;
  }
  waiting_[question].push_back(std::move(done));
  return true;
}

void SharedQueries::answered(const Question& question, const AnswerPtr& answer, Instant now) {
  cache_.put(question, answer, now);
  auto query = waiting_.extract(question);
  if (query.empty()) return;
  for (const Answered& done : query.mapped()) done(answer);
}

}  // namespace flowgate::dns
