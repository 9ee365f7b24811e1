#include "transport/websocket/websocket.h"

#include <utility>

#include "transport/websocket/utf8.h"

namespace flowgate::transport {
namespace {

constexpr Piece broken{PieceKind::broken};

Piece fail(CloseCode code, std::string& reply) {
  append_close(code, reply);
  return broken;
}

// §7.4: what an endpoint may say. 1005, 1006 and 1015 are never sent.
bool is_close_code(unsigned code) {
  const bool defined = code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
  return defined || (code >= 3000 && code <= 4999);
}

// §5.5.1: "If there is a body, the first two bytes of the body MUST be a 2-byte unsigned integer", the rest
// is UTF-8. The answer says the same code; where there is none, none.
Piece answer_close(std::string_view payload, std::string& reply) {
  if (payload.empty()) {
    append_frame(Opcode::close, "", reply);
    return broken;
  }
  if (payload.size() < 2) return fail(CloseCode::protocol_error, reply);
  const unsigned code = static_cast<unsigned>(static_cast<unsigned char>(payload[0])) << 8 |
                        static_cast<unsigned char>(payload[1]);
  if (!is_close_code(code)) return fail(CloseCode::protocol_error, reply);
  if (!is_utf8(payload.substr(2))) return fail(CloseCode::not_utf8, reply);
  append_frame(Opcode::close, payload.substr(0, 2), reply);
  return broken;
}

// RFC 7118 §6 takes the keepalive of RFC 5626 §3.5.1 over: a double CRLF is answered by a single one, each in
// a message of its own. A lone CRLF means nothing.
bool is_keepalive(std::string_view message, std::string& reply) {
  if (message.find_first_not_of("\r\n") != std::string_view::npos) return false;
  if (message.starts_with("\r\n\r\n")) append_frame(Opcode::text, "\r\n", reply);
  return true;
}

}  // namespace

Piece WebSocket::next(std::span<char> buffered, std::size_t max_message_bytes, std::string& reply) {
  if (!expects_continuation_) std::string().swap(fragments_);
  const FrameHead head = read_frame_head({buffered.data(), buffered.size()});
  if (head.kind == FrameHeadKind::need_more) return {};
  if (head.kind == FrameHeadKind::broken) return fail(CloseCode::protocol_error, reply);
  if (head.payload > max_message_bytes - (is_control(head.opcode) ? 0 : fragments_.size()))
    return fail(CloseCode::too_big, reply);
  const auto payload_size = static_cast<std::size_t>(head.payload);
  if (buffered.size() - head.size < payload_size) return {};
  const std::span<char> payload = buffered.subspan(head.size, payload_size);
  unmask(payload, head.mask);
  Piece piece = take(head, payload, reply);
  piece.size = head.size + payload_size;
  return piece;
}

Piece WebSocket::take(const FrameHead& head, std::span<char> payload, std::string& reply) {
  if (is_control(head.opcode)) return take_control(head, {payload.data(), payload.size()}, reply);
  // §5.4: fragments of one message are not interleaved with another's.
  if ((head.opcode == Opcode::continuation) != expects_continuation_)
    return fail(CloseCode::protocol_error, reply);
  return take_data(head, payload, reply);
}

// §5.5: control frames may stand between the fragments of a message.
Piece WebSocket::take_control(const FrameHead& head, std::string_view payload, std::string& reply) {
  if (head.opcode == Opcode::close) return answer_close(payload, reply);
  if (head.opcode == Opcode::ping) append_frame(Opcode::pong, payload, reply);
  return {PieceKind::keepalive};
}

Piece WebSocket::take_data(const FrameHead& head, std::span<char> payload, std::string& reply) {
  if (!expects_continuation_) opcode_ = head.opcode;
  expects_continuation_ = !head.final;
  if (!head.final || head.opcode == Opcode::continuation) {
    fragments_.append(payload.data(), payload.size());
    if (!head.final) return {PieceKind::keepalive};
    payload = fragments_;
  }
  const std::string_view message(payload.data(), payload.size());
  // §8.1.
  if (opcode_ == Opcode::text && !is_utf8(message)) return fail(CloseCode::not_utf8, reply);
  if (is_keepalive(message, reply)) return {PieceKind::keepalive};
  return {PieceKind::message, 0, payload};
}

void append_message_frame(std::string_view message, std::string& out) {
  append_frame(is_utf8(message) ? Opcode::text : Opcode::binary, message, out);
}

}  // namespace flowgate::transport
