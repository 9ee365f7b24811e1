#include "transport/websocket/websocket.h"

#include <gtest/gtest.h>

#include "websocket_client.h"

namespace flowgate::transport {
namespace {

using namespace std::string_literals;

// What a WebSocket makes of octets that have come, whole.
class WebSocketTest : public testing::Test {
 protected:
  static constexpr std::size_t most = 1000;

  Piece next(std::string& octets) {
    reply.clear();
    const Piece piece = websocket.next(octets, most, reply);
    message.assign(piece.message.data(), piece.message.size());
    octets.erase(0, piece.size);
    return piece;
  }
  PieceKind take(std::string octets) {
    const PieceKind kind = next(octets).kind;
    EXPECT_TRUE(kind == PieceKind::broken || octets.empty());
    return kind;
  }
  void expect_broken(const std::string& octets, unsigned code) {
    EXPECT_EQ(take(octets), PieceKind::broken);
    EXPECT_EQ(reply, close_frame(code));
    websocket = {};
  }

  WebSocket websocket;
  std::string message, reply;
};

TEST_F(WebSocketTest, OneMessageIsOneTextOrBinaryMessage) {
  for (const unsigned opcode : {kText, kBinary}) {
    EXPECT_EQ(take(client_frame(kFinal | opcode, "OPTIONS")), PieceKind::message);
    EXPECT_EQ(message, "OPTIONS");
    EXPECT_EQ(reply, "");
  }
}

TEST_F(WebSocketTest, FragmentsAreJoinedAndControlFramesMayStandBetweenThem) {
  EXPECT_EQ(take(client_frame(kText, "OPT")), PieceKind::keepalive);
  EXPECT_TRUE(websocket.mid_message());
  EXPECT_EQ(take(client_frame(kFinal | kPing, "now")), PieceKind::keepalive);
  EXPECT_EQ(reply, server_frame(kFinal | kPong, "now"));
  EXPECT_EQ(take(client_frame(kContinuation, "")), PieceKind::keepalive);
  EXPECT_EQ(take(client_frame(kFinal | kContinuation, "IONS")), PieceKind::message);
  EXPECT_EQ(message, "OPTIONS");
  EXPECT_FALSE(websocket.mid_message());
  EXPECT_EQ(take(text_frame("BYE")), PieceKind::message);
  EXPECT_EQ(message, "BYE");
}

TEST_F(WebSocketTest, FragmentsOutOfTurnAreBroken) {
  expect_broken(client_frame(kFinal | kContinuation, "x"), 1002);
  EXPECT_EQ(take(client_frame(kText, "x")), PieceKind::keepalive);
  expect_broken(client_frame(kFinal | kText, "y"), 1002);
}

TEST_F(WebSocketTest, AMessageIsBoundedWholeOrInFragments) {
  EXPECT_EQ(take(text_frame(std::string(most, 'x'))), PieceKind::message);
  // Nobody waits for the payload.
  expect_broken(text_frame(std::string(most + 1, 'x')).substr(0, 8), 1009);
  EXPECT_EQ(take(client_frame(kText, std::string(most, 'x'))), PieceKind::keepalive);
  EXPECT_EQ(take(client_frame(kFinal | kPing, "x")), PieceKind::keepalive);
  expect_broken(client_frame(kFinal | kContinuation, "x"), 1009);
  expect_broken("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"s, 1009);
}

// RFC 7118 §6, RFC 5626 §3.5.1: within a message, and so is the answer.
TEST_F(WebSocketTest, ADoubleCrlfIsAnsweredByACrlf) {
  for (const unsigned opcode : {kText, kBinary}) {
    EXPECT_EQ(take(client_frame(kFinal | opcode, "\r\n\r\n")), PieceKind::keepalive);
    EXPECT_EQ(reply, server_frame(kFinal | kText, "\r\n"));
  }
}

TEST_F(WebSocketTest, ALoneCrlfAndAnEmptyMessageAreSwallowed) {
  for (const std::string octets : {"", "\r\n", "\n", "\r"}) {
    EXPECT_EQ(take(text_frame(octets)), PieceKind::keepalive);
    EXPECT_EQ(reply, "");
  }
}

TEST_F(WebSocketTest, APongNobodyAskedForIsSwallowed) {
  EXPECT_EQ(take(client_frame(kFinal | kPong, "x")), PieceKind::keepalive);
  EXPECT_EQ(reply, "");
}

// RFC 6455 §8.1; characters may be cut by fragments.
TEST_F(WebSocketTest, TextIsUtf8AndBinaryIsAnything) {
  EXPECT_EQ(take(client_frame(kText, "\xc3")), PieceKind::keepalive);
  EXPECT_EQ(take(client_frame(kFinal | kContinuation, "\xa9")), PieceKind::message);
  EXPECT_EQ(take(client_frame(kFinal | kBinary, "\xff")), PieceKind::message);
  expect_broken(text_frame("\xff"), 1007);
}

TEST_F(WebSocketTest, ACloseFrameIsAnsweredByItsCode) {
  EXPECT_EQ(take(client_frame(kFinal | kClose, "")), PieceKind::broken);
  EXPECT_EQ(reply, server_frame(kFinal | kClose, ""));
  expect_broken(client_frame(kFinal | kClose, "\x03\xe8 bye"), 1000);
  expect_broken(client_frame(kFinal | kClose, "\x0f\xa0"), 4000);
}

TEST_F(WebSocketTest, ABadCloseFrameIsAnsweredByWhatIsBad) {
  expect_broken(client_frame(kFinal | kClose, "\x03"), 1002);
  for (const char* code : {"\x03\xe7", "\x03\xec", "\x03\xed", "\x03\xee", "\x03\xf7", "\x13\x88"})
    expect_broken(client_frame(kFinal | kClose, code), 1002);
  expect_broken(client_frame(kFinal | kClose, "\x03\xe8\xff"), 1007);
}

TEST_F(WebSocketTest, FramesComeInPiecesOfAnySize) {
  const std::string octets = client_frame(kText, "OPT") + client_frame(kFinal | kPing, "") +
                             client_frame(kFinal | kContinuation, "IONS") + text_frame(std::string(300, 'x'));
  for (std::size_t piece = 1; piece <= octets.size(); ++piece) {
    std::string buffered;
    std::vector<std::string> messages;
    for (std::size_t begin = 0; begin < octets.size(); begin += piece) {
      buffered += octets.substr(begin, piece);
      for (Piece taken = next(buffered); taken.kind != PieceKind::need_more; taken = next(buffered)) {
        ASSERT_NE(taken.kind, PieceKind::broken);
        if (taken.kind == PieceKind::message) messages.push_back(message);
      }
    }
    EXPECT_EQ(messages, (std::vector<std::string>{"OPTIONS", std::string(300, 'x')})) << piece;
  }
}

// RFC 7118 §4.2.
TEST(WebSocketMessage, IsTextWhenItIsUtf8AndElseBinary) {
  std::string out;
  append_message_frame("caf\xc3\xa9", out);
  EXPECT_EQ(out, server_frame(kFinal | kText, "caf\xc3\xa9"));
  out.clear();
  append_message_frame("caf\xe9", out);
  EXPECT_EQ(out, server_frame(kFinal | kBinary, "caf\xe9"));
}

}  // namespace
}  // namespace flowgate::transport
