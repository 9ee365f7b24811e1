// Messages out of a stream's octets, by flowgate's own framing: sip::next_frame, as the transport uses it.
#pragma once

#include <string>
#include <string_view>

#include "sip/framing.h"

namespace flowgate::sim {

class StreamReader {
 public:
  // Calls `take(kind, text)` for each ping, STUN message and SIP message that has come whole. False: the
  // stream is broken.
  template <class Take>
  bool read(std::string_view octets, const Take& take) {
    buffer_ += octets;
    std::string_view rest = buffer_;
    sip::Frame frame = next(rest);
    for (; frame.kind != sip::FrameKind::need_more; frame = next(rest)) {
      if (frame.kind == sip::FrameKind::broken) return false;
      if (frame.kind != sip::FrameKind::skip) take(frame.kind, std::string(rest.substr(0, frame.size)));
      rest.remove_prefix(frame.size);
      state_ = {};
    }
    buffer_.erase(0, buffer_.size() - rest.size());
    return true;
  }
  // Takes a line end off the front of what waits: a phone's pong, which may stand alone.
  bool take_pong() {
    if (!buffer_.starts_with("\r\n")) return false;
    buffer_.erase(0, 2);
    state_ = {};
    return true;
  }
  void append(std::string_view octets) { buffer_ += octets; }

 private:
  sip::Frame next(std::string_view rest) { return sip::next_frame(rest, state_, {}); }

  std::string buffer_;
  sip::FrameState state_;
};

}  // namespace flowgate::sim
