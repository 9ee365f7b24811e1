#include "registrar/sqlite/live_pages.h"

namespace flowgate::registrar {

void LivePages::begin_at(std::int64_t first) {
  const std::lock_guard lock{mutex_};
  for (; !counts_.empty() && first_ < first; ++first_) {
    count_ -= counts_.front();
    counts_.pop_front();
  }
  if (counts_.empty()) first_ = first;
}

std::uint32_t* LivePages::count_of(std::int64_t page) {
  if (page < first_) return nullptr;
  const auto place = static_cast<std::size_t>(page - first_);
  if (place >= counts_.size()) counts_.resize(place + 1);
  return &counts_[place];
}

void LivePages::move(std::int64_t from, std::int64_t to) {
  const std::lock_guard lock{mutex_};
  if (std::uint32_t* const count = count_of(from); count != nullptr && *count > 0) {
    --*count;
    --count_;
  }
  if (std::uint32_t* const count = count_of(to)) {
    ++*count;
    ++count_;
  }
}

bool LivePages::has_any(std::int64_t page) const {
  const std::lock_guard lock{mutex_};
  return page >= first_ && static_cast<std::size_t>(page - first_) < counts_.size() &&
         counts_[static_cast<std::size_t>(page - first_)] > 0;
}

std::size_t LivePages::count() const {
  const std::lock_guard lock{mutex_};
  return count_;
}

}  // namespace flowgate::registrar
