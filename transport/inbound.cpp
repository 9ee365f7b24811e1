#include "transport/inbound.h"

#include <utility>

#include "transport/sip_stream.h"

namespace flowgate::transport {

Inbound::Front& Inbound::front() {
  if (!front_) front_ = std::make_unique<Front>();
  return *front_;
}

void Inbound::cut(std::span<char> octets, const sip::Limits& limits, const Endpoint& remote,
                  std::string& reply, Taker& taker) {
  std::unique_ptr<Front> front = std::move(front_);
  sip::FrameState state;
  if (front) {
    octets = front->octets.append(octets.data(), octets.size());
    state = front->state;
  }
  std::size_t taken = 0;
  while (taken < octets.size()) {
    const Piece piece = next(octets.subspan(taken), state, limits, remote, reply);
    if (piece.kind == PieceKind::need_more) break;
    state = {};
    taken += piece.size;
    if (!taker.take(piece)) return;
  }
  if (taken == octets.size()) return;
  if (!front || taken > 0) {
    const std::span<char> rest = octets.subspan(taken);
    auto kept = std::make_unique<Front>();
    kept->octets.assign(rest.data(), rest.size());
    front = std::move(kept);
  }
  front->state = state;
  front_ = std::move(front);
}

Piece Inbound::next(std::span<char> octets, sip::FrameState& state, const sip::Limits& limits,
                    const Endpoint& remote, std::string& reply) {
  if (websocket_) return websocket_->next(octets, limits.message_bytes, reply);
  return next_piece(octets, state, limits, remote, reply);
}

// A CR or LF on a stream may be the first half of a ping whose second half never comes: clients exist that
// send single ones.
bool Inbound::mid_message() const {
  if (websocket_) return front_ || websocket_->mid_message();
  return front_ && front_->octets.front() != '\r' && front_->octets.front() != '\n';
}

}  // namespace flowgate::transport
