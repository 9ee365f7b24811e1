// The final responses of non-INVITE server transactions in the state Completed, over an unreliable transport:
// each is kept for Timer J (RFC 3261 §17.2.2), to be sent again when the request comes again.
//
// Those of requests that may as well be carried out again have no more than a certain room: where more come
// than fit into half a minute, the oldest go before their time. A peak of REGISTERs, which is all that many
// phones have to say, takes no memory then, and turns nobody away. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

#include "proxy/response_queue.h"
#include "proxy/split_map.h"

namespace flowgate::proxy {

class CompletedResponses {
 public:
  // `room`: octets for all texts of repeatable requests.
  explicit CompletedResponses(std::size_t room) : room_(room) {}

  // A copy of `response` with that text. `until` is not before that of any that is there.
  void push(const CompletedResponse& response, std::string_view text, bool repeatable);
  // nullptr: none. Valid until anything is pushed or forgotten.
  const CompletedResponse* find(const TransactionKey& key) const;

  // Those whose time is over at `now`; `gone` is called for each before.
  template <class Gone>
  void expire(Instant now, const Gone& gone) {
    for (ResponseQueue* const queue : {&once_, &repeatable_}) {
      while (queue->front() != nullptr && queue->front()->until <= now) pop(*queue, gone);
    }
  }
  // The one that goes first of those that are kept because of their time alone, unless it is kept longer than
  // `until`. False: there is none.
  template <class Gone>
  bool forget_one(Instant until, const Gone& gone) {
    if (once_.front() == nullptr || once_.front()->until > until) return false;
    pop(once_, gone);
    return true;
  }
  // Those that there is no room for, in the same way.
  template <class Gone>
  void make_room(const Gone& gone) {
    while (repeatable_.octets() > room_) pop(repeatable_, gone);
  }
  // Until when the next one is kept.
  std::optional<Instant> next() const;

  std::size_t size() const { return index_.size(); }
  // Of all texts.
  std::size_t octets() const { return once_.octets() + repeatable_.octets(); }

 private:
  template <class Gone>
  void pop(ResponseQueue& queue, const Gone& gone) {
    const CompletedResponse& front = *queue.front();
    gone(front);
    // A later one of the same key stays.
    if (find(front.key) == &front) index_.erase(front.key);
    queue.pop();
  }

  const std::size_t room_;
  ResponseQueue once_, repeatable_;
  SplitMap<TransactionKey, const CompletedResponse*, TransactionKeyHash> index_;
};

}  // namespace flowgate::proxy
