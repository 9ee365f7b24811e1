// A WebSocket client made of a plain socket, and frames as a client writes them (RFC 6455 §5).
#pragma once

#include <string>

#include "loopback.h"

namespace flowgate::transport {

inline std::string upgrade_request(const std::string& fields = "Sec-WebSocket-Protocol: sip\r\n") {
  return "GET /any/where HTTP/1.1\r\nHost: edge.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
         fields + "\r\n";
}

inline const std::string upgraded =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: sip\r\n\r\n";

enum : unsigned {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10,
  kFinal = 0x80
};

// `first`: the first octet.
inline std::string client_frame(unsigned first, const std::string& payload,
                                const std::string& mask = "\x7f\x01\xfe\x20") {
  std::string frame(1, static_cast<char>(first));
  const std::size_t size = payload.size();
  const auto number = [&](std::size_t octets) {
    for (; octets > 0; --octets) frame += static_cast<char>(size >> 8 * (octets - 1) & 0xff);
  };
  frame += static_cast<char>(0x80 | (size < 126 ? size : size < 65536 ? 126 : 127));
  if (size >= 126) number(size < 65536 ? 2 : 8);
  frame += mask;
  for (std::size_t i = 0; i < size; ++i) frame += static_cast<char>(payload[i] ^ mask[i % 4]);
  return frame;
}
inline std::string text_frame(const std::string& payload) {
  return client_frame(kFinal | kText, payload);
}

// Of a server, shorter than 126 octets.
inline std::string server_frame(unsigned first, const std::string& payload) {
  return static_cast<char>(first) + std::string(1, static_cast<char>(payload.size())) + payload;
}
inline std::string close_frame(unsigned code) {
  return server_frame(kFinal | kClose, {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)});
}

}  // namespace flowgate::transport
