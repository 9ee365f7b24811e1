#include "transport/sip_stream.h"

#include <array>
#include <cassert>

#include "stun/stun.h"

namespace flowgate::transport {

Piece next_piece(std::span<char> buffered, sip::FrameState& state, const sip::Limits& limits,
                 const Endpoint& remote, std::string& reply) {
  const sip::Frame frame = sip::next_frame({buffered.data(), buffered.size()}, state, limits);
  assert(frame.size > 0 || frame.kind == sip::FrameKind::broken || frame.kind == sip::FrameKind::need_more);
  switch (frame.kind) {
    case sip::FrameKind::need_more:
      return {};
    case sip::FrameKind::skip:
      return {PieceKind::keepalive, frame.size};
    case sip::FrameKind::ping:
      // RFC 5626 §4.4.1: the answer to a double CRLF is a single one.
      reply += "\r\n";
      return {PieceKind::keepalive, frame.size};
    case sip::FrameKind::message:
      return {PieceKind::message, frame.size, buffered.first(frame.size)};
    case sip::FrameKind::stun: {
      std::array<char, stun::max_response_bytes> response;
      reply.append(response.data(), stun::respond({buffered.data(), frame.size}, remote, response));
      return {PieceKind::keepalive, frame.size};
    }
    case sip::FrameKind::broken:
      return {PieceKind::broken};
  }
  return {PieceKind::broken};
}

}  // namespace flowgate::transport
