#include "registrar/sqlite/live_rows.h"

#include <algorithm>
#include <bit>

namespace flowgate::registrar {

void LiveRows::begin_at(std::int64_t first) {
  const std::lock_guard lock{mutex_};
  first_word_ = first / bits;
  words_.clear();
  count_ = 0;
}

std::uint64_t* LiveRows::word_of(std::int64_t row) {
  const std::int64_t place = row / bits - first_word_;
  if (row <= 0 || place < 0) return nullptr;
  if (static_cast<std::size_t>(place) >= words_.size()) words_.resize(static_cast<std::size_t>(place) + 1);
  return &words_[static_cast<std::size_t>(place)];
}

void LiveRows::move(std::int64_t from, std::int64_t to) {
  const std::lock_guard lock{mutex_};
  if (std::uint64_t* const word = word_of(from)) {
    const std::uint64_t bit = std::uint64_t{1} << (from % bits);
    count_ -= (*word & bit) != 0 ? 1 : 0;
    *word &= ~bit;
  }
  if (std::uint64_t* const word = word_of(to)) {
    const std::uint64_t bit = std::uint64_t{1} << (to % bits);
    count_ += (*word & bit) == 0 ? 1 : 0;
    *word |= bit;
  }
}

std::optional<std::int64_t> LiveRows::next(std::int64_t from, std::int64_t end) const {
  const std::lock_guard lock{mutex_};
  from = std::max(from, first_word_ * bits);
  while (from < end && static_cast<std::size_t>(from / bits - first_word_) < words_.size()) {
    const std::uint64_t rest = words_[static_cast<std::size_t>(from / bits - first_word_)] >> (from % bits);
    if (rest != 0) {
      const std::int64_t row = from + std::countr_zero(rest);
      if (row < end) return row;
      return std::nullopt;
    }
    from = (from / bits + 1) * bits;
  }
  return std::nullopt;
}

std::size_t LiveRows::count() const {
  const std::lock_guard lock{mutex_};
  return count_;
}

void LiveRows::drop_below(std::int64_t first) {
  const std::lock_guard lock{mutex_};
  for (; !words_.empty() && first_word_ < first / bits; ++first_word_) {
    count_ -= static_cast<std::size_t>(std::popcount(words_.front()));
    words_.pop_front();
  }
}

}  // namespace flowgate::registrar
