// What the octets that came over a connection are cut into.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace flowgate::transport {

enum class PieceKind : std::uint8_t {
  need_more,  // nothing whole yet
  keepalive,  // `size` octets that are no message; whatever they ask for has been answered
  message,    // `size` octets that hold one SIP message: `message`
  broken,     // the connection is to be closed
};

struct Piece {
  PieceKind kind = PieceKind::need_more;
  std::size_t size = 0;
  std::span<char> message{};
};

}  // namespace flowgate::transport
