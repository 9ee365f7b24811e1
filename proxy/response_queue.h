// Final responses that are kept for a while, one behind the other in chunks of memory, in the order in which
// they go. There is one for each request of the last half minute: none has an allocation or a timer of its
// own. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include "flowtoken/flow.h"
#include "proxy/timer_wheel.h"
#include "proxy/transaction_key.h"

namespace flowgate::proxy {

// Of a non-INVITE server transaction in the state Completed.
struct CompletedResponse {
  TransactionKey key;
  Flow flow;                     // where it goes
  Instant until;                 // when Timer J fires
  std::uint64_t merge_hash = 0;  // of Transactions::is_merged; 0: not looked at
  std::size_t size = 0;          // of its text, which stands behind it

  std::string_view text() const { return {reinterpret_cast<const char*>(this + 1), size}; }
};

class ResponseQueue {
 public:
  // A copy of `response` with that text, which stays where it is until it is popped.
  const CompletedResponse& push(CompletedResponse response, std::string_view text);
  // The one that goes first; nullptr: there is none.
  const CompletedResponse* front() const;
  // There is one.
  void pop();

  // Of all texts.
  std::size_t octets() const { return octets_; }

 private:
  struct Chunk {
    std::unique_ptr<std::byte[]> memory;
    std::size_t capacity = 0;
    std::size_t end = 0;  // of what is in use
  };
  static std::size_t room_for(std::size_t text_size);
  Chunk make_chunk(std::size_t room);

  std::deque<Chunk> chunks_;
  std::vector<Chunk> spare_;  // to be used again: memory that is touched for the first time costs far more
  std::size_t begin_ = 0;     // of the front, in the first chunk
  std::size_t octets_ = 0;
};

}  // namespace flowgate::proxy
