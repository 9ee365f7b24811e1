#include "transport/websocket/handshake.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include "sip/text.h"

namespace flowgate::transport {
namespace {

namespace http = boost::beast::http;
using Request = http::request<http::empty_body>;

constexpr std::string_view subprotocol = "sip";
constexpr std::size_t key_characters = 24;  // base64 of 16 octets

std::string_view text_of(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

HandshakeAnswer refuse(std::string_view status, std::string_view reason, std::string_view fields = "") {
  std::string text = "HTTP/1.1 ";
  text.append(status).append("\r\n").append(fields);
  text.append("Content-Type: text/plain\r\nConnection: close\r\nContent-Length: ");
  text.append(std::to_string(reason.size() + 1)).append("\r\n\r\n").append(reason).append("\n");
  return {false, std::move(text)};
}

// §4.2.1 (1) to (4): "GET", HTTP/1.1 or higher, Host, Upgrade, Connection.
bool asks_for_websocket(const Request& request) {
  return http::token_list(request[http::field::connection]).exists("Upgrade") &&
         http::token_list(request[http::field::upgrade]).exists("websocket");
}

// §4.2.1 (5): "a base64-encoded value that, when decoded, is 16 bytes in length".
bool is_key(std::string_view key) {
  if (key.size() != key_characters || !key.ends_with("==")) return false;
  std::array<unsigned char, 18> decoded{};
  return EVP_DecodeBlock(decoded.data(), reinterpret_cast<const unsigned char*>(key.data()),
                         static_cast<int>(key.size())) == static_cast<int>(decoded.size());
}

// §4.2.2 (5), §1.3.
std::string accept_of(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  std::size_t size = 0;
  EVP_Q_digest(nullptr, "SHA1", nullptr, text.data(), text.size(), digest.data(), &size);
  std::array<unsigned char, 4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1> encoded{};
  const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(length)};
}

// RFC 6454 §7.2: a browser writes scheme and host in lower case.
bool is_welcome(const Request& request, const Origins& origins) {
  if (origins.empty()) return true;
  const auto origin = request.find(http::field::origin);
  return origins.contains(origin == request.end() ? std::string(no_origin)
                                                  : sip::to_lower(text_of(origin->value())));
}

HandshakeAnswer answer(const Request& request, const Origins& origins) {
  if (request.version() < 11) return refuse("505 HTTP Version Not Supported", "HTTP/1.1 is needed");
  if (request.method() != http::verb::get)
    return refuse("405 Method Not Allowed", "Only GET is allowed here", "Allow: GET\r\n");
  if (!asks_for_websocket(request)) {
    return refuse("426 Upgrade Required", "Here is SIP over WebSocket (RFC 7118), and nothing else",
                  "Upgrade: websocket\r\n");
  }
  if (request.count(http::field::host) != 1) return refuse("400 Bad Request", "One Host is needed");
  if (request.count(http::field::origin) > 1)
    return refuse("400 Bad Request", "There is more than one Origin");
  if (request.count(http::field::sec_websocket_version) != 1 ||
      text_of(request[http::field::sec_websocket_version]) != "13") {
    return refuse("426 Upgrade Required", "Version 13 of WebSocket is needed",
                  "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
  }
  const std::string_view key = text_of(request[http::field::sec_websocket_key]);
  if (request.count(http::field::sec_websocket_key) != 1 || !is_key(key))
    return refuse("400 Bad Request", "Sec-WebSocket-Key must be 16 octets in base64");
  const auto protocols = request.equal_range(http::field::sec_websocket_protocol);
  // §4.1: the answer must be one that was offered, letter by letter.
  const bool sip = std::any_of(protocols.first, protocols.second, [](const auto& field) {
    const http::token_list offered(field.value());
    return std::any_of(offered.begin(), offered.end(),
                       [](const auto& each) { return text_of(each) == subprotocol; });
  });
  if (!sip) return refuse("400 Bad Request", "Sec-WebSocket-Protocol must offer the subprotocol sip");
  if (!is_welcome(request, origins)) return refuse("403 Forbidden", "This Origin is not allowed here");
  // §4.2.2: no extension is agreed on, permessage-deflate (RFC 7692) neither.
  return {true,
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          "Sec-WebSocket-Accept: " +
              accept_of(key) + "\r\nSec-WebSocket-Protocol: sip\r\n\r\n"};
}

}  // namespace

std::size_t handshake_size(std::string_view octets, std::size_t& scanned) {
  constexpr std::string_view empty_line = "\r\n\r\n";
  const std::size_t found = octets.find(empty_line, scanned);
  if (found != std::string_view::npos) return found + empty_line.size();
  scanned = octets.size() - std::min(octets.size(), empty_line.size() - 1);
  return 0;
}

HandshakeAnswer answer_handshake(std::string_view request, const Origins& origins) {
  http::request_parser<http::empty_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(request.size() + 1));
  parser.body_limit(0);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(request), error);
  if (error || !parser.is_done()) return refuse("400 Bad Request", "This is no HTTP request without a body");
  return answer(parser.get(), origins);
}

std::string request_too_large() {
  return refuse("431 Request Header Fields Too Large", "The request is too large").text;
}

}  // namespace flowgate::transport
