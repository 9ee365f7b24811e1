// A stream of SIP messages, keepalives and STUN: RFC 3261 §18.3, RFC 5626 §3.5.1 and §8.
#pragma once

#include <span>
#include <string>

#include "flowtoken/flow.h"
#include "sip/framing.h"
#include "sip/limits.h"
#include "transport/piece.h"

namespace flowgate::transport {

// What stands at the front of `buffered`. `state` is for one frame: to be started anew behind it. What the
// peer at `remote` is to be answered is appended to `reply`.
Piece next_piece(std::span<char> buffered, sip::FrameState& state, const sip::Limits& limits,
                 const Endpoint& remote, std::string& reply);

}  // namespace flowgate::transport
