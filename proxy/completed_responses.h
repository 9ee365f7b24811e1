// The final responses of non-INVITE server transactions in the state Completed, over an unreliable transport:
// each is kept for Timer J (RFC 3261 §17.2.2), to be sent again when the request comes again.
//
// There is one for each request of the last half minute, and all stay equally long: so they stand one behind
// the other in chunks of memory, in the order in which they go, and have no timer each. Where there are many,
// the chunks are huge pages, and the last one that went is used again. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string_view>

#include "flowtoken/flow.h"
#include "proxy/split_map.h"
#include "proxy/timer_wheel.h"
#include "proxy/transaction_key.h"

namespace flowgate::proxy {

class CompletedResponses {
 public:
  struct Response {
    TransactionKey key;
    Flow flow;                     // where it goes
    Instant until;                 // when Timer J fires
    std::uint64_t merge_hash = 0;  // of Transactions::is_merged; 0: not looked at
    std::size_t size = 0;          // of its text, which stands behind it

    std::string_view text() const { return {reinterpret_cast<const char*>(this + 1), size}; }
  };

  // A copy of `response` with that text. `until` is not before that of any that is there.
  void push(Response response, std::string_view text);
  // nullptr: none. Valid until it is popped.
  const Response* find(const TransactionKey& key) const;
  // The one that goes first; nullptr: there is none.
  const Response* front() const;
  void pop();

  std::size_t size() const { return index_.size(); }
  // Of all texts.
  std::size_t octets() const { return octets_; }

 private:
  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };
  struct Chunk {
    std::unique_ptr<std::byte[], Free> memory;
    std::size_t capacity = 0;
    std::size_t end = 0;  // of what is in use
  };
  static std::size_t room_for(std::size_t text_size);
  Chunk make_chunk(std::size_t room);

  std::deque<Chunk> chunks_;
  Chunk spare_;            // a huge page, or nothing
  std::size_t begin_ = 0;  // of the front, in the first chunk
  std::size_t octets_ = 0;
  SplitMap<TransactionKey, const Response*, TransactionKeyHash> index_;
};

}  // namespace flowgate::proxy
