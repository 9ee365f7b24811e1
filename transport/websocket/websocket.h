// One WebSocket connection behind its opening handshake, as a server sees it: RFC 6455 §5 to §7, RFC 7118.
// Between messages it holds no buffer.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "transport/piece.h"
#include "transport/websocket/frame.h"

namespace flowgate::transport {

class WebSocket {
 public:
  // What stands at the front of `buffered`, which is unmasked in place. A message views `buffered` or this
  // object, until the next call. What the peer is to be answered is appended to `reply`. Behind a broken
  // piece nothing may follow.
  Piece next(std::span<char> buffered, std::size_t max_message_bytes, std::string& reply);

  // Fragments of a message have come, and not all of them.
  bool mid_message() const { return expects_continuation_; }

 private:
  Piece take(const FrameHead& head, std::span<char> payload, std::string& reply);
  Piece take_control(const FrameHead& head, std::string_view payload, std::string& reply);
  Piece take_data(const FrameHead& head, std::span<char> payload, std::string& reply);

  std::string fragments_;
  Opcode opcode_ = Opcode::text;  // of the message that they belong to
  bool expects_continuation_ = false;
};

// `message` in one frame. RFC 7118 §4.2: text if the whole of it is UTF-8, else binary.
void append_message_frame(std::string_view message, std::string& out);

}  // namespace flowgate::transport
