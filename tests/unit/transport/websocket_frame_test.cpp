#include "transport/websocket/frame.h"

#include <gtest/gtest.h>

#include "websocket_client.h"

namespace flowgate::transport {
namespace {

using Kind = FrameHeadKind;
using namespace std::string_literals;

TEST(WebSocketFrame, TheHeadIsReadWhateverItsLength) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{125}, std::size_t{126}, std::size_t{65535}, std::size_t{65536}}) {
    const std::string frame = client_frame(kFinal | kBinary, std::string(size, 'x'));
    const FrameHead head = read_frame_head(frame);
    EXPECT_EQ(head.kind, Kind::whole) << size;
    EXPECT_EQ(head.opcode, Opcode::binary);
    EXPECT_TRUE(head.final);
    EXPECT_EQ(head.payload, size);
    EXPECT_EQ(head.size + size, frame.size());
    std::string payload = frame.substr(head.size);
    unmask(payload, head.mask);
    EXPECT_EQ(payload, std::string(size, 'x'));
    for (std::size_t i = 0; i < head.size; ++i)
      EXPECT_EQ(read_frame_head(frame.substr(0, i)).kind, Kind::need_more);
  }
}

TEST(WebSocketFrame, AServerTakesMaskedFramesOnly) {
  EXPECT_EQ(read_frame_head("\x81\x02hi").kind, Kind::broken);
}

TEST(WebSocketFrame, WhatNoExtensionGaveAMeaningIsBrokenAtItsFirstOctet) {
  for (unsigned first = 0; first < 256; ++first) {
    const unsigned opcode = first & 0x0f;
    const bool known = opcode <= 2 || (opcode >= 8 && opcode <= 10);
    const bool good = known && (first & 0x70) == 0;
    EXPECT_EQ(read_frame_head(std::string(1, static_cast<char>(first))).kind,
              good ? Kind::need_more : Kind::broken)
        << first;
  }
}

TEST(WebSocketFrame, ALengthIsAsShortAsItCanBe) {
  const std::string mask(4, '\0');
  EXPECT_EQ(read_frame_head("\x82\xfe\x00\x7d"s + mask).kind, Kind::broken);
  EXPECT_EQ(read_frame_head("\x82\xfe\x00\x7e"s + mask).kind, Kind::whole);
  EXPECT_EQ(read_frame_head("\x82\xff\0\0\0\0\0\0\xff\xff"s + mask).kind, Kind::broken);
  EXPECT_EQ(read_frame_head("\x82\xff\0\0\0\0\0\1\0\0"s + mask).kind, Kind::whole);
  EXPECT_EQ(read_frame_head("\x82\xff\x80\0\0\0\0\0\0\0"s + mask).kind, Kind::broken);
}

TEST(WebSocketFrame, AControlFrameIsShortAndWhole) {
  for (const unsigned opcode : {kClose, kPing, kPong}) {
    EXPECT_EQ(read_frame_head(client_frame(kFinal | opcode, std::string(125, 'x'))).kind, Kind::whole);
    EXPECT_EQ(read_frame_head(client_frame(kFinal | opcode, std::string(126, 'x'))).kind, Kind::broken);
    EXPECT_EQ(read_frame_head(client_frame(opcode, "x")).kind, Kind::broken);
  }
}

TEST(WebSocketFrame, AServersFrameIsNotMasked) {
  std::string out = "before";
  append_frame(Opcode::text, "hi", out);
  EXPECT_EQ(out, "before\x81\x02hi");
  out.clear();
  append_frame(Opcode::binary, std::string(126, 'x'), out);
  EXPECT_EQ(out, "\x82\x7e\x00\x7e"s + std::string(126, 'x'));
  out.clear();
  append_frame(Opcode::binary, std::string(65536, 'x'), out);
  EXPECT_EQ(out, "\x82\x7f\0\0\0\0\0\1\0\0"s + std::string(65536, 'x'));
  out.clear();
  append_close(CloseCode::too_big, out);
  EXPECT_EQ(out, close_frame(1009));
}

}  // namespace
}  // namespace flowgate::transport
