// What a flow is: RFC 5626 §2, "a network protocol layer connection between two hosts that is represented by
// the network address of both ends and the protocol". Plain values; no sockets, no threads, no allocation.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flowgate {

enum class Protocol : std::uint8_t { udp = 0, tcp = 1, tls = 2, ws = 3, wss = 4 };

constexpr bool is_stream(Protocol protocol) {
  return protocol != Protocol::udp;
}

constexpr bool is_secure(Protocol protocol) {
  return protocol == Protocol::tls || protocol == Protocol::wss;
}

constexpr bool is_websocket(Protocol protocol) {
  return protocol == Protocol::ws || protocol == Protocol::wss;
}

// "UDP", "TCP", ...: the transport token of a Via (RFC 3261 §20.42, RFC 7118 §5.2).
std::string_view via_name(Protocol protocol);
// "udp", "tcp", ...: as a listener is written; but for "wss" also the transport parameter of a SIP URI (RFC
// 3261 §19.1.1, RFC 7118 §5.2).
std::string_view uri_name(Protocol protocol);
// Understands either spelling in any case.
std::optional<Protocol> protocol_from(std::string_view name);

// An IP address and a port. IPv4 addresses use the first four octets of `ip`, the others are zero; an
// IPv4-mapped IPv6 address is stored as IPv4, so that one host has one value.
struct Endpoint {
  std::array<std::uint8_t, 16> ip{};
  std::uint16_t port = 0;
  bool v6 = false;

  // From a literal without brackets ("192.0.2.1", "2001:db8::1"); nothing for a host name.
  static std::optional<Endpoint> from(std::string_view address, std::uint16_t port);

  // "192.0.2.1" or "2001:db8::1".
  std::string address() const;
  // The same, written to `out`, which has room for longest_address characters; returns its end.
  static constexpr std::size_t longest_address = 45;
  char* write_address(char* out) const;
  // As a SIP host: IPv6 in brackets (RFC 3261 §25.1, IPv6reference).
  std::string host() const;
  // "192.0.2.1:5060" or "[2001:db8::1]:5060".
  std::string text() const;

  bool is_unspecified() const;
  bool is_loopback() const;   // 127.0.0.0/8, ::1
  bool is_multicast() const;  // 224.0.0.0/4 and the limited broadcast address, ff00::/8
  bool same_address(const Endpoint& other) const {
    // As two words: tables of flows compare them for each message, and arrays of octets cost a call.
    const auto a = std::bit_cast<std::array<std::uint64_t, 2>>(ip);
    const auto b = std::bit_cast<std::array<std::uint64_t, 2>>(other.ip);
    return v6 == other.v6 && a[0] == b[0] && a[1] == b[1];
  }

  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
  friend bool operator==(const Endpoint& a, const Endpoint& b) {
    return a.port == b.port && a.same_address(b);
  }
};

// One flow. For stream protocols `serial` names the connection: it is never reused, not even by a later
// connection between the same two addresses, and its low eight bits name the shard that owns the connection.
// For UDP the serial is 0.
struct Flow {
  Protocol protocol = Protocol::udp;
  Endpoint local;
  Endpoint remote;
  std::uint64_t serial = 0;

  unsigned shard() const { return static_cast<unsigned>(serial & 0xff); }
  // For logs: "udp 192.0.2.1:5060 <- 198.51.100.7:40000".
  std::string text() const;

  friend auto operator<=>(const Flow&, const Flow&) = default;
};

// For hash tables that only ever see flows of our own making; addresses are the peer's choice, so the hash is
// keyed per process (see keyed_hash.h).
struct FlowHash {
  std::size_t operator()(const Flow& flow) const noexcept;
  std::size_t operator()(const Endpoint& endpoint) const noexcept;
};

}  // namespace flowgate
