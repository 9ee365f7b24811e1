#include "transport/dns/cache.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace flowgate::dns {

AnswerPtr Cache::find(const Question& question, Instant now) {
  const auto found = index_.find(question);
  if (found == index_.end()) return nullptr;
  const auto entry = found->second;
  if (entry->until <= now) {
    drop(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->answer;
}

void Cache::put(const Question& question, AnswerPtr answer, Instant now) {
  const Instant until = now + ttl_of(*answer);
  if (const auto found = index_.find(question); found != index_.end()) drop(found->second);
  if (options_.max_entries == 0) return;
  if (entries_.size() == options_.max_entries) drop(std::prev(entries_.end()));
  entries_.push_front({question, std::move(answer), until});
  index_.emplace(question, entries_.begin());
}

std::chrono::seconds Cache::ttl_of(const Answer& answer) const {
  switch (answer.outcome) {
    case Outcome::found:
      return std::clamp(answer.ttl, options_.min_ttl, options_.max_ttl);
    case Outcome::none:
      return std::clamp(answer.ttl, options_.min_negative_ttl, options_.max_negative_ttl);
    case Outcome::failed:
      break;
  }
  return options_.min_negative_ttl;
}

void Cache::drop(Entries::iterator entry) {
  index_.erase(entry->question);
  entries_.erase(entry);
}

}  // namespace flowgate::dns
