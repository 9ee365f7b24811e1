#include "sip/framing.h"

#include <algorithm>
#include <optional>

#include "sip/field_line.h"
#include "sip/message.h"
#include "sip/start_line.h"
#include "sip/text.h"

namespace flowgate::sip {
namespace {

constexpr Frame need_more{FrameKind::need_more, 0};
constexpr Frame broken{FrameKind::broken, 0};

// RFC 5389 §6: a header of 20 octets; the length of what follows stands in octets 2 and 3 and is a multiple
// of 4.
constexpr std::size_t stun_header_bytes = 20;
constexpr std::size_t max_stun_bytes = 548;

bool is_stun(char first) {
  return static_cast<unsigned char>(first) < 4;
}

Frame stun_frame(std::string_view buffered) {
  if (buffered.size() < 4) return need_more;
  const std::size_t length = static_cast<std::size_t>(static_cast<unsigned char>(buffered[2])) << 8 |
                             static_cast<unsigned char>(buffered[3]);
  const std::size_t size = stun_header_bytes + length;
  if (length % 4 != 0 || size > max_stun_bytes) return broken;
  return buffered.size() < size ? need_more : Frame{FrameKind::stun, size};
}

// RFC 5626 §3.5.1: a ping is a double CRLF, the pong a single one. RFC 3261 §7.5: a CRLF in front of a
// message means nothing; nor does a lone LF.
Frame line_end_frame(std::string_view buffered) {
  constexpr std::string_view ping = "\r\n\r\n";
  if (buffered.front() == '\n') return {FrameKind::skip, 1};
  if (buffered.starts_with(ping)) return {FrameKind::ping, ping.size()};
  if (ping.starts_with(buffered)) return need_more;
  return buffered.starts_with("\r\n") ? Frame{FrameKind::skip, 2} : broken;
}

// The size of the header with its empty line, or 0 when that has not come yet. Octets that were searched are
// not searched again: `scanned` ends up at the last LF whose next octets have not all come, or at the end.
std::size_t find_header_end(std::string_view buffered, std::size_t& scanned) {
  for (;;) {
    const std::size_t lf = buffered.find('\n', scanned);
    if (lf == std::string_view::npos) {
      scanned = buffered.size();
      return 0;
    }
    const std::string_view rest = buffered.substr(lf + 1);
    if (const std::size_t empty = empty_line(rest)) return lf + 1 + empty;
    if (rest.empty() || rest == "\r") {
      scanned = lf;
      return 0;
    }
    scanned = lf + 1;
  }
}

// RFC 3261 §18.3: on a stream, Content-Length says where the message ends; without one, or with two that
// differ, nothing does. §20.14: Content-Length = 1*DIGIT.
std::optional<std::size_t> content_length(std::string_view fields) {
  std::optional<std::size_t> length;
  for (std::size_t begin = 0; empty_line(fields, begin) == 0;) {
    Field line;
    if (read_field_line(fields, begin, line) == FieldLine::unfinished) return std::nullopt;
    begin = line.line.end();
    if (line.header != Header::content_length) continue;
    const auto number = parse_number(fields.substr(line.value.begin, line.value.size));
    if (!number || (length && *length != *number)) return std::nullopt;
    length = *number;
  }
  return length;
}

// The size of the message that a whole header begins, or nothing when it is not SIP or has no certain end.
std::optional<std::size_t> message_size(std::string_view header) {
  const std::size_t start_line_size = header.find('\n') + 1;
  if (!StartLine::parse(without_line_end(header.substr(0, start_line_size)))) return std::nullopt;
  const auto length = content_length(header.substr(start_line_size));
  if (!length) return std::nullopt;
  return header.size() + *length;
}

Frame message_frame(std::string_view buffered, FrameState& state, const Limits& limits) {
  if (state.message_size == 0) {
    const std::size_t header_size = find_header_end(buffered, state.scanned);
    if (std::max(header_size, state.scanned) > limits.header_bytes) return broken;
    if (header_size == 0) return need_more;
    const auto size = message_size(buffered.substr(0, header_size));
    if (!size || *size > limits.message_bytes) return broken;
    state.message_size = *size;
  }
  if (buffered.size() < state.message_size) return need_more;
  return {FrameKind::message, state.message_size};
}

}  // namespace

Frame next_frame(std::string_view buffered, FrameState& state, const Limits& limits) {
  if (buffered.empty()) return need_more;
  const char first = buffered.front();
  if (is_stun(first)) return stun_frame(buffered);
  if (first == '\r' || first == '\n') return line_end_frame(buffered);
  // RFC 3261 §7: a message begins with a method or with "SIP", both tokens.
  if (!is_token_char(first)) return broken;
  return message_frame(buffered, state, limits);
}

}  // namespace flowgate::sip
