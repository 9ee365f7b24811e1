// A stream in pieces gives the same frames as the whole: RFC 3261 §18.3. The first octet says how long the
// pieces are.
#include <string>
#include <vector>

#include "fuzz/fuzz.h"
#include "sip/framing.h"
#include "sip/message.h"

namespace flowgate::fuzz {
namespace {

using sip::Frame;
using sip::FrameKind;

constexpr sip::Limits kLimits{.message_bytes = 2048, .header_bytes = 1024};

// Every frame of `stream`, which arrives in pieces of that size; the last one is need_more or broken.
std::vector<Frame> frames_of(std::string_view stream, std::size_t piece) {
  std::vector<Frame> frames;
  std::size_t begin = 0, arrived = 0;
  sip::FrameState state;
  for (;;) {
    const Frame frame = sip::next_frame(stream.substr(begin, arrived - begin), state, kLimits);
    if (frame.kind == FrameKind::need_more && arrived < stream.size()) {
      arrived = std::min(stream.size(), arrived + piece);
      continue;
    }
    frames.push_back(frame);
    if (frame.kind == FrameKind::need_more || frame.kind == FrameKind::broken) return frames;
    require(frame.size > 0 && begin + frame.size <= arrived, "a frame is made of what has arrived");
    begin += frame.size;
    state = {};
  }
}

// Framing and parsing agree on where the message ends.
void look_into(std::string text) {
  const std::size_t size = text.size();
  const auto message = sip::Message::parse(text, kLimits);
  if (!message) return require(message.error() == sip::Error::too_large, "a frame is a message");
  require(message->text().size() == size, "a frame is one message and no more");
}

}  // namespace
}  // namespace flowgate::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowgate;
  fuzz::Choices choices{fuzz::text_of(data, size)};
  const std::size_t piece = choices.octet() + 1;
  const std::string_view stream = choices.rest();
  const auto whole = fuzz::frames_of(stream, std::max<std::size_t>(stream.size(), 1));
  std::size_t begin = 0;
  for (const auto& frame : whole) {
    if (frame.kind == sip::FrameKind::message) fuzz::look_into(std::string(stream.substr(begin, frame.size)));
    begin += frame.size;
  }
  for (const std::size_t pieces : {piece, std::size_t{1}}) {
    const auto cut = fuzz::frames_of(stream, pieces);
    fuzz::require(cut.size() == whole.size(), "pieces give as many frames as the whole");
    for (std::size_t i = 0; i < cut.size(); ++i) {
      fuzz::require(cut[i].kind == whole[i].kind && cut[i].size == whole[i].size,
                    "pieces give the same frames as the whole");
    }
  }
  return 0;
}
