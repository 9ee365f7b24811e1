#include "proxy/completed_responses.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>

namespace flowgate::proxy {
namespace {

constexpr std::size_t kChunkBytes = 65'536;

}  // namespace

std::size_t CompletedResponses::room_for(std::size_t text_size) {
  constexpr std::size_t alignment = alignof(Response);
  return sizeof(Response) + (text_size + alignment - 1) / alignment * alignment;
}

void CompletedResponses::push(Response response, std::string_view text) {
  const std::size_t room = room_for(text.size());
  if (chunks_.empty() || chunks_.back().capacity - chunks_.back().end < room) {
    const std::size_t capacity = std::max(kChunkBytes, room);
    chunks_.push_back({std::make_unique_for_overwrite<std::byte[]>(capacity), capacity});
  }
  Chunk& chunk = chunks_.back();
  response.size = text.size();
  const auto* kept = new (chunk.memory.get() + chunk.end) Response(response);
  std::memcpy(chunk.memory.get() + chunk.end + sizeof(Response), text.data(), text.size());
  chunk.end += room;
  octets_ += text.size();
  index_.put(response.key, kept);
}

const CompletedResponses::Response* CompletedResponses::find(const TransactionKey& key) const {
  const auto* found = index_.find(key);
  return found == nullptr ? nullptr : *found;
}

const CompletedResponses::Response* CompletedResponses::front() const {
  if (chunks_.empty()) return nullptr;
  return std::launder(reinterpret_cast<const Response*>(chunks_.front().memory.get() + begin_));
}

void CompletedResponses::pop() {
  const Response* gone = front();
  assert(gone != nullptr);
  if (find(gone->key) == gone) index_.erase(gone->key);
  octets_ -= gone->size;
  begin_ += room_for(gone->size);
  if (begin_ < chunks_.front().end) return;
  chunks_.pop_front();
  begin_ = 0;
}

}  // namespace flowgate::proxy
