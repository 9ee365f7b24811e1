#include "proxy/response_queue.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>
#include <utility>

namespace flowgate::proxy {
namespace {

constexpr std::size_t chunk_size = 65'536;  // or one response that is larger

}  // namespace

std::size_t ResponseQueue::room_for(std::size_t text_size) {
  constexpr std::size_t alignment = alignof(CompletedResponse);
  return sizeof(CompletedResponse) + (text_size + alignment - 1) / alignment * alignment;
}

ResponseQueue::Chunk ResponseQueue::make_chunk(std::size_t room) {
  if (room <= chunk_size && !spare_.empty()) {
    Chunk chunk = std::move(spare_.back());
    spare_.pop_back();
    return chunk;
  }
  const std::size_t capacity = std::max(chunk_size, room);
  return {std::make_unique_for_overwrite<std::byte[]>(capacity), capacity};
}

const CompletedResponse& ResponseQueue::push(CompletedResponse response, std::string_view text) {
  const std::size_t room = room_for(text.size());
  if (chunks_.empty() || chunks_.back().capacity - chunks_.back().end < room)
    chunks_.push_back(make_chunk(room));
  Chunk& chunk = chunks_.back();
  std::byte* const place = chunk.memory.get() + chunk.end;
  response.size = text.size();
  const auto* kept = new (place) CompletedResponse(response);
  std::memcpy(place + sizeof(CompletedResponse), text.data(), text.size());
  chunk.end += room;
  octets_ += text.size();
  return *kept;
}

const CompletedResponse* ResponseQueue::front() const {
  if (chunks_.empty()) return nullptr;
  return std::launder(reinterpret_cast<const CompletedResponse*>(chunks_.front().memory.get() + begin_));
}

void ResponseQueue::pop() {
  assert(!chunks_.empty());
  const std::size_t size = front()->size;
  octets_ -= size;
  begin_ += room_for(size);
  if (begin_ < chunks_.front().end) return;
  Chunk gone = std::move(chunks_.front());
  chunks_.pop_front();
  begin_ = 0;
  // As many as are in use at most, so that a peak is forgotten.
  if (spare_.size() > chunks_.size()) spare_.pop_back();
  if (gone.capacity == chunk_size && spare_.size() <= chunks_.size()) {
    gone.end = 0;
    spare_.push_back(std::move(gone));
  }
}

}  // namespace flowgate::proxy
