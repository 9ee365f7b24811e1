#include "registrar/sqlite/update_queue.h"

#include <chrono>
#include <iterator>
#include <utility>

namespace flowgate::registrar {
namespace {

// About what a commit takes.
constexpr std::chrono::microseconds longest_gathering{100};

}  // namespace

std::size_t PendingUpdate::room() const {
  std::size_t room = aor.capacity() + octets.capacity();
  for (const Binding& binding : before.bindings) {
    for (const std::string* text : {&binding.contact, &binding.uri, &binding.instance, &binding.call_id,
                                    &binding.path, &binding.node, &binding.route}) {
      room += text->capacity();
    }
  }
  return room + before.bindings.capacity() * sizeof(Binding);
}

bool UpdateQueue::push(std::unique_ptr<PendingUpdate>& update) {
  {
    const std::lock_guard lock{mutex_};
    if (closed_ || (updates_.size() >= limit_ && update->asked)) return false;
    updates_.push_back(std::move(update));
    if (updates_.size() != wanted_) return true;
  }
  filled_.notify_one();
  return true;
}

void UpdateQueue::take(std::size_t most, PendingUpdates& updates) {
  std::unique_lock lock{mutex_};
  const auto filled = [this] { return closed_ || updates_.size() >= wanted_; };
  if (wanted_ > 1) filled_.wait_for(lock, longest_gathering, filled);
  wanted_ = 1;
  filled_.wait(lock, filled);
  updates.clear();
  if (updates_.size() <= most) {
    updates_.swap(updates);
  } else {
    const auto end = updates_.begin() + static_cast<std::ptrdiff_t>(most);
    updates.assign(std::make_move_iterator(updates_.begin()), std::make_move_iterator(end));
    updates_.erase(updates_.begin(), end);
  }
  wanted_ = updates.size();
}

void UpdateQueue::close() {
  {
    const std::lock_guard lock{mutex_};
    closed_ = true;
  }
  filled_.notify_one();
}

}  // namespace flowgate::registrar
