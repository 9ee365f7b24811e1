// What has come over one connection, cut into pieces; of an unfinished one the front is kept, and nothing
// else.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "flowtoken/flow.h"
#include "sip/framing.h"
#include "sip/limits.h"
#include "transport/piece.h"
#include "transport/websocket/websocket.h"

namespace flowgate::transport {

class Inbound {
 public:
  class Taker {
   public:
    // False: no more, and nothing is kept.
    virtual bool take(const Piece& piece) = 0;

   protected:
    ~Taker() = default;
  };

  // In front of all pieces something else may have to come whole: it is gathered here, until forgotten.
  struct Front {
    std::string octets;
    sip::FrameState state;
  };
  Front& front();
  void forget() { front_.reset(); }

  // From now on frames of a WebSocket come.
  void upgrade() { websocket_ = std::make_unique<WebSocket>(); }

  // Cuts what was kept, with `octets` behind it, into pieces. What the peer at `remote` is to be answered is
  // appended to `reply`.
  void cut(std::span<char> octets, const sip::Limits& limits, const Endpoint& remote, std::string& reply,
           Taker& taker);

  // A message has begun, and not ended.
  bool mid_message() const;

 private:
  Piece next(std::span<char> octets, sip::FrameState& state, const sip::Limits& limits,
             const Endpoint& remote, std::string& reply);

  std::unique_ptr<Front> front_;
  std::unique_ptr<WebSocket> websocket_;
};

}  // namespace flowgate::transport
