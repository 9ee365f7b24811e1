#include "transport/websocket/handshake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "websocket_client.h"

namespace flowgate::transport {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::string without(std::string request, std::string_view line) {
  const auto at = request.find(line);
  EXPECT_NE(at, std::string::npos) << line;
  return request.erase(at, line.size());
}
std::string with(std::string request, std::string_view line, std::string_view other) {
  const auto at = request.find(line);
  EXPECT_NE(at, std::string::npos) << line;
  return request.replace(at, line.size(), other);
}
std::string refusal(const std::string& request, const Origins& origins = {}) {
  const HandshakeAnswer answer = answer_handshake(request, origins);
  EXPECT_FALSE(answer.accepted) << request;
  EXPECT_THAT(answer.text, HasSubstr("\r\nConnection: close\r\n"));
  return answer.text;
}

// RFC 7118 §4.1 has this very key, as RFC 6455 §1.3 has.
TEST(WebSocketHandshake, IsAcceptedWithTheSubprotocolSipAndNoExtension) {
  const HandshakeAnswer answer = answer_handshake(
      upgrade_request("Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: xmpp, sip\r\n"
                      "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"),
      {});
  EXPECT_TRUE(answer.accepted);
  EXPECT_EQ(answer.text, upgraded);
}

TEST(WebSocketHandshake, TokensAreTakenInAnyCaseAndAmongOthers) {
  std::string request = with(upgrade_request(), "Connection: Upgrade", "Connection: keep-alive, upgrade");
  request = with(request, "Upgrade: websocket", "Upgrade: h2c, WebSocket");
  EXPECT_TRUE(answer_handshake(request, {}).accepted);
}

TEST(WebSocketHandshake, WithoutTheSubprotocolSipItIsRefused) {
  EXPECT_THAT(refusal(upgrade_request("")), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(refusal(upgrade_request("Sec-WebSocket-Protocol: sips, xsip\r\n")),
              EndsWith("\r\n\r\nSec-WebSocket-Protocol must offer the subprotocol sip\n"));
  // RFC 6455 §4.1: a client fails a connection whose subprotocol is none that it has offered.
  EXPECT_THAT(refusal(upgrade_request("Sec-WebSocket-Protocol: SIP\r\n")), StartsWith("HTTP/1.1 400 "));
}

TEST(WebSocketHandshake, APlainHttpRequestIsToldWhatIsHere) {
  const std::string answer = refusal("GET / HTTP/1.1\r\nHost: edge.example.com\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 426 "));
  EXPECT_THAT(answer, HasSubstr("\r\nUpgrade: websocket\r\n"));
}

TEST(WebSocketHandshake, EachOfItsPartsIsNeeded) {
  const std::string good = upgrade_request();
  EXPECT_THAT(refusal(without(good, "Upgrade: websocket\r\n")), StartsWith("HTTP/1.1 426 "));
  EXPECT_THAT(refusal(without(good, "Connection: Upgrade\r\n")), StartsWith("HTTP/1.1 426 "));
  EXPECT_THAT(refusal(without(good, "Host: edge.example.com\r\n")), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(refusal(without(good, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(refusal(with(good, "GET", "POST")), StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(refusal(with(good, "HTTP/1.1", "HTTP/1.0")), StartsWith("HTTP/1.1 505 "));
  EXPECT_THAT(refusal(with(good, "HTTP/1.1", "SIP/2.0")), StartsWith("HTTP/1.1 400 "));
}

TEST(WebSocketHandshake, AKeyIsSixteenOctets) {
  for (const std::string_view key :
       {"dGhlIHNhbXBsZSBub25j", "dGhlIHNhbXBsZSBub25jZWE=", "dGhlIHNhbXBsZSBub25jZ!==", "====", "x"}) {
    EXPECT_THAT(refusal(with(upgrade_request(), "dGhlIHNhbXBsZSBub25jZQ==", key)),
                HasSubstr("Sec-WebSocket-Key"))
        << key;
  }
  EXPECT_THAT(refusal(upgrade_request(
                  "Sec-WebSocket-Protocol: sip\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")),
              HasSubstr("Sec-WebSocket-Key"));
}

// RFC 6455 §4.4.
TEST(WebSocketHandshake, AnotherVersionIsToldOurs) {
  const std::string answer = refusal(with(upgrade_request(), "Version: 13", "Version: 8"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 426 "));
  EXPECT_THAT(answer, HasSubstr("\r\nSec-WebSocket-Version: 13\r\n"));
}

TEST(WebSocketHandshake, ARequestWithABodyIsRefused) {
  EXPECT_THAT(refusal(upgrade_request("Sec-WebSocket-Protocol: sip\r\nContent-Length: 5\r\n")),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(refusal(upgrade_request("Sec-WebSocket-Protocol: sip\r\nTransfer-Encoding: chunked\r\n")),
              StartsWith("HTTP/1.1 400 "));
}

TEST(WebSocketHandshake, OnlyTheOriginsOfTheListAreWelcome) {
  const Origins origins{"https://phone.example.com", "https://example.org:8443"};
  const auto request = [](const std::string& origin) {
    return upgrade_request("Sec-WebSocket-Protocol: sip\r\nOrigin: " + origin + "\r\n");
  };
  EXPECT_TRUE(answer_handshake(request("https://phone.example.com"), origins).accepted);
  EXPECT_TRUE(answer_handshake(request("https://Example.org:8443"), origins).accepted);
  EXPECT_TRUE(answer_handshake(request("https://anybody.example"), {}).accepted);
  for (const std::string origin : {"http://phone.example.com", "https://phone.example.com.evil.example",
                                   "https://example.org", "null", "none"}) {
    EXPECT_THAT(refusal(request(origin), {"https://phone.example.com"}), StartsWith("HTTP/1.1 403 "))
        << origin;
  }
}

TEST(WebSocketHandshake, OriginAndVersionStandOnceAtMost) {
  const std::string welcome = "Origin: https://phone.example.com\r\n";
  EXPECT_THAT(refusal(upgrade_request("Sec-WebSocket-Protocol: sip\r\n" + welcome +
                                      "Origin: https://evil.example\r\n"),
                      {"https://phone.example.com"}),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(refusal(upgrade_request("Sec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 8\r\n")),
              StartsWith("HTTP/1.1 426 "));
}

TEST(WebSocketHandshake, AClientWithoutAnOriginNeedsALeaveOfItsOwn) {
  EXPECT_THAT(refusal(upgrade_request(), {"https://phone.example.com"}), StartsWith("HTTP/1.1 403 "));
  EXPECT_TRUE(answer_handshake(upgrade_request(), {"https://phone.example.com", "none"}).accepted);
}

TEST(WebSocketHandshake, ItsEndIsFoundInPiecesOfAnySize) {
  const std::string octets = upgrade_request() + "frames";
  for (std::size_t piece = 1; piece < octets.size(); ++piece) {
    std::size_t scanned = 0, size = 0, arrived = 0;
    while (size == 0 && arrived < octets.size()) {
      arrived = std::min(arrived + piece, octets.size());
      size = handshake_size(octets.substr(0, arrived), scanned);
      EXPECT_LE(scanned, arrived);
    }
    EXPECT_EQ(size, upgrade_request().size()) << piece;
  }
}

}  // namespace
}  // namespace flowgate::transport
