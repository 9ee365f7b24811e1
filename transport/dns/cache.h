// Answers until their time to live is over (RFC 1035 §7.4, RFC 2308 §5), of one shard.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <unordered_map>

#include "transport/dns/record.h"

namespace flowgate::dns {

struct CacheOptions {
  std::size_t max_entries = 4096;  // over it, what was not used for the longest time is forgotten
  // A time to live outside of these is cut: one of 0 would have every request ask anew, one of years would
  // outlast every correction.
  std::chrono::seconds min_ttl{1};
  std::chrono::seconds max_ttl{3600};
  // Of `none`; a question that nobody answered is asked again after the shorter one.
  std::chrono::seconds min_negative_ttl{10};
  std::chrono::seconds max_negative_ttl{60};
};

class Cache {
 public:
  explicit Cache(const CacheOptions& options = {}) : options_(options) {}

  // Null: not known, or no longer.
  AnswerPtr find(const Question& question, Instant now);
  void put(const Question& question, AnswerPtr answer, Instant now);

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Question question;
    AnswerPtr answer;
    Instant until;
  };
  using Entries = std::list<Entry>;

  std::chrono::seconds ttl_of(const Answer& answer) const;
  void drop(Entries::iterator entry);

  const CacheOptions options_;
  Entries entries_;  // the one used last in front
  std::unordered_map<Question, Entries::iterator, QuestionHash> index_;
};

}  // namespace flowgate::dns
