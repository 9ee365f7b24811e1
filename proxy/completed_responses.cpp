#include "proxy/completed_responses.h"

#include <sys/mman.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>
#include <utility>

namespace flowgate::proxy {
namespace {

constexpr std::size_t smallest_chunk = 65'536;
constexpr std::size_t huge_page = std::size_t{2} << 20;

}  // namespace

std::size_t CompletedResponses::room_for(std::size_t text_size) {
  constexpr std::size_t alignment = alignof(Response);
  return sizeof(Response) + (text_size + alignment - 1) / alignment * alignment;
}

// The more is kept, the larger is what comes next: a proxy with little to do takes little memory.
CompletedResponses::Chunk CompletedResponses::make_chunk(std::size_t room) {
  const bool huge = octets_ >= huge_page / 2 && room <= huge_page;
  if (huge && spare_.memory) return std::exchange(spare_, {});
  const std::size_t capacity = huge ? huge_page : std::max(smallest_chunk, room);
  void* const memory = huge ? std::aligned_alloc(huge_page, huge_page) : std::malloc(capacity);
  if (memory == nullptr) throw std::bad_alloc();
  // Where the system has no huge pages to give, small ones do.
  if (huge) (void)::madvise(memory, huge_page, MADV_HUGEPAGE);
  return {{static_cast<std::byte*>(memory), {}}, capacity};
}

void CompletedResponses::push(Response response, std::string_view text) {
  const std::size_t room = room_for(text.size());
  if (chunks_.empty() || chunks_.back().capacity - chunks_.back().end < room)
    chunks_.push_back(make_chunk(room));
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
  if (chunks_.front().capacity == huge_page) {
    spare_ = std::move(chunks_.front());
    spare_.end = 0;
  }
  chunks_.pop_front();
  begin_ = 0;
}

}  // namespace flowgate::proxy
