// Messages out of a stream of octets (RFC 3261 §18.3) and keepalives between them (RFC 5626 §3.5.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sip/limits.h"

namespace flowgate::sip {

enum class FrameKind : std::uint8_t {
  need_more,  // nothing whole yet: read on, then ask again with the longer buffer
  skip,  // `size` octets mean nothing (a lone CRLF in front of a message: §7.5, or the rest of a pong): drop
         // them
  ping,  // `size` octets are a double CRLF: answer a single CRLF, drop them
  message,  // `size` octets are one message
  stun,     // `size` octets are one STUN message (first octet 0 or 1; RFC 5389 §8 framing by its length)
  broken,   // not SIP, no or bad Content-Length, or over a limit: close the connection
};

struct Frame {
  FrameKind kind = FrameKind::need_more;
  std::size_t size = 0;
};

// What the search remembers between calls, so that a message in a thousand pieces is scanned once. Start anew
// ({}) behind each frame that is not need_more.
struct FrameState {
  std::size_t scanned = 0;       // octets already searched for the empty line
  std::size_t message_size = 0;  // known once the header is whole
};

// Looks at the front of `buffered`. A CRLF alone is ambiguous until the next octets: need_more until there
// are four octets or the next octet is not a CR. A double CRLF in front of a message is a ping.
Frame next_frame(std::string_view buffered, FrameState& state, const Limits& limits);

}  // namespace flowgate::sip
