// The frames of a WebSocket connection: RFC 6455 §5.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace flowgate::transport {

// §5.2 and §11.8. All others are reserved.
enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

constexpr bool is_control(Opcode opcode) {
  return opcode >= Opcode::close;
}

// §7.4.1: why a connection ends.
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  not_utf8 = 1007,
  too_big = 1009,
};

// §5.5: "All control frames MUST have a payload length of 125 bytes or less".
inline constexpr std::size_t max_control_bytes = 125;
inline constexpr std::size_t max_frame_head_bytes = 14;

enum class FrameHeadKind : std::uint8_t { need_more, broken, whole };

// What stands in front of a frame's payload.
struct FrameHead {
  FrameHeadKind kind = FrameHeadKind::need_more;
  Opcode opcode = Opcode::continuation;
  bool final = false;
  std::size_t size = 0;
  std::uint64_t payload = 0;
  std::array<char, 4> mask{};
};

// The front of what a client has sent. Broken: not masked (§5.1), a reserved bit or opcode (§5.2: no
// extension was agreed on), a length that is longer than it need be (§5.2), a control frame that is too large
// or in fragments (§5.5).
FrameHead read_frame_head(std::string_view octets);

// §5.3, in place.
void unmask(std::span<char> payload, const std::array<char, 4>& mask);

// One whole frame of a server, which masks nothing (§5.1), behind what `out` holds.
void append_frame(Opcode opcode, std::string_view payload, std::string& out);
void append_close(CloseCode code, std::string& out);

}  // namespace flowgate::transport
