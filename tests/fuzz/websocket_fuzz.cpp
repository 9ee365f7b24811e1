// Octets as what a WebSocket client sends: the opening handshake, then frames. In pieces they mean the same
// as whole. The first octet says how long the pieces are, and whether the handshake has been made already.
#include <string>
#include <vector>

#include "fuzz/fuzz.h"
#include "transport/websocket/handshake.h"
#include "transport/websocket/utf8.h"
#include "transport/websocket/websocket.h"

namespace flowgate::fuzz {
namespace {

using namespace transport;

constexpr std::size_t kMostMessageBytes = 2048;

struct Heard {
  std::vector<std::string> messages;
  std::string replies;
  bool broken = false;
  friend bool operator==(const Heard&, const Heard&) = default;
};

// 0 while it is not whole.
std::size_t take_handshake(std::string_view octets, std::size_t& scanned) {
  const std::size_t size = handshake_size(octets, scanned);
  require(size <= octets.size() && scanned <= octets.size(), "a handshake is made of what has arrived");
  return size;
}

void answer(std::string_view request) {
  const HandshakeAnswer any = answer_handshake(request, {});
  require(any.accepted == any.text.starts_with("HTTP/1.1 101 "), "101 is for what is accepted");
  require(any.text.find("\r\n\r\n") != std::string::npos, "an answer has an end");
  const HandshakeAnswer listed = answer_handshake(request, {"https://phone.example.com"});
  require(any.accepted || !listed.accepted, "a list lets nobody in whom none keeps out");
}

// The frames of `stream`, which arrives in pieces of that size.
Heard hear(std::string_view stream, std::size_t piece) {
  Heard heard;
  WebSocket websocket;
  std::string buffered;
  while (!stream.empty() && !heard.broken) {
    const std::string_view next = stream.substr(0, piece);
    stream.remove_prefix(next.size());
    buffered += next;
    for (;;) {
      const Piece taken = websocket.next(buffered, kMostMessageBytes, heard.replies);
      heard.broken = taken.kind == PieceKind::broken;
      if (taken.kind == PieceKind::need_more || heard.broken) break;
      require(taken.size > 0 && taken.size <= buffered.size(), "a piece is made of what has arrived");
      require(taken.message.size() <= kMostMessageBytes, "a message is bounded");
      if (taken.kind == PieceKind::message)
        heard.messages.emplace_back(taken.message.data(), taken.message.size());
      buffered.erase(0, taken.size);
    }
    require(buffered.size() <= kMostMessageBytes + max_frame_head_bytes + piece,
            "no more is kept than one frame");
  }
  return heard;
}

}  // namespace
}  // namespace flowgate::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowgate;
  fuzz::Choices choices{fuzz::text_of(data, size)};
  const unsigned first = choices.octet();
  std::string_view stream = choices.rest();
  if ((first & 0x80) == 0) {
    std::size_t whole = 0, pieces = 0;
    const std::size_t end = fuzz::take_handshake(stream, whole);
    for (std::size_t i = 0; i < end; ++i) {
      fuzz::require(fuzz::take_handshake(stream.substr(0, i), pieces) == 0, "a handshake ends once");
    }
    if (end == 0) return 0;
    fuzz::answer(stream.substr(0, end));
    stream.remove_prefix(end);
  }
  const fuzz::Heard whole = fuzz::hear(stream, stream.size());
  fuzz::require(whole == fuzz::hear(stream, 1 + (first & 0x7f)), "pieces mean the same as the whole");
  for (const std::string& message : whole.messages) {
    std::string frame;
    transport::append_message_frame(message, frame);
    fuzz::require(frame.ends_with(message), "a message goes out as it came");
  }
  return 0;
}
