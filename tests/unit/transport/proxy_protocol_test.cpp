#include "transport/proxy_protocol.h"

#include <gtest/gtest.h>

#include <vector>

#include "proxy_header.h"

namespace flowgate::transport {
namespace {

using Kind = ProxyHeaderKind;

const Endpoint alice_v4 = *Endpoint::from("198.51.100.7", 40000);
const Endpoint alice_v6 = *Endpoint::from("2001:db8::7", 40000);
constexpr std::size_t max_block_bytes = max_proxy_header_bytes - proxy_fixed_bytes;

Kind kind_of(const std::string& octets) {
  return read_proxy_header(octets).kind;
}

// Commands, families and vectors, every combination that must be taken.
std::vector<std::string> good_headers() {
  std::vector<std::string> headers;
  for (const std::string& vectors :
       {std::string(), proxy_vector(0x04, ""), proxy_vector(0xea, std::string(100, 'x')),
        proxy_vector(0x03, "1234") + proxy_vector(0x20, "\1") + proxy_vector(0xff, "")}) {
    for (const Endpoint& source : {alice_v4, alice_v6}) headers.push_back(tcp_proxy_header(source, vectors));
    for (const unsigned family : {0x00, 0x01, 0x02, 0x10, 0x12, 0x20, 0x22, 0x30, 0x31, 0x32})
      headers.push_back(proxy_header(0x21, family, std::string(216, 'a') + vectors));
    headers.push_back(proxy_header(0x20, 0x00, vectors));
  }
  return headers;
}

TEST(ProxyProtocol, NamesTheSourceOfATcpConnection) {
  for (const Endpoint& source : {alice_v4, alice_v6}) {
    const std::string octets = tcp_proxy_header(source);
    const ProxyHeader header = read_proxy_header(octets);
    EXPECT_EQ(header.kind, Kind::proxied);
    EXPECT_EQ(header.size, octets.size());
    EXPECT_EQ(header.source, source);
  }
}

// The sample of the specification's §2.2: addresses of 4 octets, then the ports, in network byte order.
TEST(ProxyProtocol, IsReadOctetByOctetAsItIsSpecified) {
  const std::string octets(
      "\x0d\x0a\x0d\x0a\x00\x0d\x0a\x51\x55\x49\x54\x0a\x21\x11\x00\x0c"
      "\xc6\x33\x64\x07\xcb\x00\x71\x3c\x9c\x40\x13\xc4",
      28);
  EXPECT_EQ(octets, tcp_proxy_header(alice_v4));
  EXPECT_EQ(read_proxy_header(octets).source.text(), "198.51.100.7:40000");
}

TEST(ProxyProtocol, AnIPv4MappedSourceIsIPv4) {
  const std::string mapped("\0\0\0\0\0\0\0\0\0\0\xff\xff\xc6\x33\x64\x07", 16);
  const ProxyHeader header =
      read_proxy_header(proxy_header(0x21, 0x21, mapped + mapped + two_octets(40000) + two_octets(5060)));
  EXPECT_EQ(header.kind, Kind::proxied);
  EXPECT_EQ(header.source, alice_v4);
}

TEST(ProxyProtocol, ALocalCommandSpeaksForTheBalancerItselfWhateverItsFamily) {
  for (const unsigned family : {0x00, 0x11, 0x21, 0x31, 0x12, 0x44, 0xff}) {
    const std::string octets = proxy_header(0x20, family, std::string(5, '\xff'));
    EXPECT_EQ(kind_of(octets), Kind::local) << family;
    EXPECT_EQ(read_proxy_header(octets).size, octets.size()) << family;
  }
}

// "A receiver is not required to implement other ones, provided that it automatically falls back to the
// UNSPEC mode for the valid combinations".
TEST(ProxyProtocol, WhatHasNoTcpAddressIsTakenAsLocal) {
  for (unsigned family = 0; family <= 0x3f; ++family) {
    const bool valid = (family & 0x0f) <= 2;
    const bool tcp = family == 0x11 || family == 0x21;
    const Kind kind = kind_of(proxy_header(0x21, family, std::string(36, '\0')));
    EXPECT_EQ(kind, !valid ? Kind::broken : tcp ? Kind::proxied : Kind::local) << family;
  }
  EXPECT_EQ(kind_of(proxy_header(0x21, 0x00)), Kind::local);
}

TEST(ProxyProtocol, AnUnknownFamilyOrTransportIsBroken) {
  for (unsigned family = 0; family <= 0xff; ++family) {
    if (family >> 4 <= 3 && (family & 0x0f) <= 2) continue;
    EXPECT_EQ(kind_of(proxy_header(0x21, family, std::string(36, '\0'))), Kind::broken) << family;
  }
}

TEST(ProxyProtocol, OnlyVersionTwoAndItsTwoCommandsAreTaken) {
  for (unsigned command = 0; command <= 0xff; ++command) {
    const Kind kind = kind_of(proxy_header(command, 0x11, std::string(12, '\0')));
    EXPECT_EQ(kind, command == 0x20   ? Kind::local
                    : command == 0x21 ? Kind::proxied
                                      : Kind::broken)
        << command;
  }
}

TEST(ProxyProtocol, VersionOneIsBroken) {
  EXPECT_EQ(kind_of("PROXY TCP4 198.51.100.7 203.0.113.60 40000 5060\r\n"), Kind::broken);
  EXPECT_EQ(kind_of("P"), Kind::broken);
}

TEST(ProxyProtocol, AnyOtherSignatureIsBrokenAtItsFirstWrongOctet) {
  for (std::size_t i = 0; i < proxy_signature.size(); ++i) {
    std::string octets = proxy_signature.substr(0, i + 1);
    EXPECT_EQ(kind_of(octets), Kind::need_more) << i;
    octets[i] = static_cast<char>(octets[i] ^ 0x20);
    EXPECT_EQ(kind_of(octets), Kind::broken) << i;
  }
}

TEST(ProxyProtocol, AWrongCommandFamilyOrLengthIsBrokenBeforeWhatFollowsItIsHere) {
  EXPECT_EQ(kind_of(proxy_signature + "\x11"), Kind::broken);
  EXPECT_EQ(kind_of(proxy_signature + "\x22"), Kind::broken);
  EXPECT_EQ(kind_of(proxy_signature + "\x21\x41"), Kind::broken);
  EXPECT_EQ(kind_of(proxy_signature + "\x21\x13"), Kind::broken);
  EXPECT_EQ(kind_of(proxy_signature + "\x21\x11\xff\xff"), Kind::broken);
}

// What it asks for never reaches behind the header, and the whole is what it is in one piece.
TEST(ProxyProtocol, TruncatedAtAnyOctetItNeedsMoreAndSaysHowMuch) {
  for (const std::string& whole : good_headers()) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const ProxyHeader header = read_proxy_header(whole.substr(0, size));
      ASSERT_EQ(header.kind, Kind::need_more) << size;
      ASSERT_EQ(header.size, size < proxy_fixed_bytes ? proxy_fixed_bytes : whole.size()) << size;
    }
    EXPECT_NE(kind_of(whole), Kind::need_more);
    EXPECT_NE(kind_of(whole), Kind::broken);
  }
}

TEST(ProxyProtocol, WhatStandsBehindTheHeaderIsNotPartOfIt) {
  for (const std::string& whole : good_headers()) {
    const ProxyHeader alone = read_proxy_header(whole);
    for (const std::string& more : {std::string("\xff"), whole, std::string(1000, 'x')}) {
      const ProxyHeader header = read_proxy_header(whole + more);
      EXPECT_EQ(header.kind, alone.kind);
      EXPECT_EQ(header.size, whole.size());
      EXPECT_EQ(header.source, alone.source);
    }
  }
}

TEST(ProxyProtocol, AnAddressBlockThatIsTooShortIsBroken) {
  for (std::size_t size = 0; size < 36; ++size) {
    EXPECT_EQ(kind_of(proxy_header(0x21, 0x21, std::string(size, '\0'))), Kind::broken) << size;
    if (size < 12) {
      EXPECT_EQ(kind_of(proxy_header(0x21, 0x11, std::string(size, '\0'))), Kind::broken) << size;
    }
  }
}

TEST(ProxyProtocol, AVectorThatReachesBeyondTheHeaderIsBroken) {
  const std::string vector = proxy_vector(0x05, "12345678");
  for (std::size_t size = 1; size < vector.size(); ++size) {
    const std::string part = vector.substr(0, size);
    EXPECT_EQ(kind_of(tcp_proxy_header(alice_v4, part)), Kind::broken) << size;
    EXPECT_EQ(kind_of(tcp_proxy_header(alice_v6, vector + part)), Kind::broken) << size;
    EXPECT_EQ(kind_of(tcp_proxy_header(alice_v4, part) + vector), Kind::broken) << size;
  }
  EXPECT_EQ(kind_of(tcp_proxy_header(alice_v4, "\x05\xff\xff")), Kind::broken);
}

TEST(ProxyProtocol, TheLargestHeaderIsTakenAndOneOctetMoreIsBroken) {
  const auto filled_up = [](const Endpoint& source, std::size_t total) {
    const std::size_t empty = tcp_proxy_header(source, proxy_vector(0x04, "")).size();
    return tcp_proxy_header(source, proxy_vector(0x04, std::string(total - empty, '\0')));
  };
  for (const Endpoint& source : {alice_v4, alice_v6}) {
    EXPECT_EQ(read_proxy_header(filled_up(source, max_proxy_header_bytes)).source, source);
    EXPECT_EQ(kind_of(filled_up(source, max_proxy_header_bytes + 1)), Kind::broken);
  }
  for (const unsigned command : {0x20, 0x21}) {
    EXPECT_EQ(kind_of(proxy_header(command, 0x00, std::string(max_block_bytes, 'x'))), Kind::local);
    EXPECT_EQ(kind_of(proxy_header(command, 0x00, std::string(max_block_bytes + 1, 'x'))), Kind::broken);
  }
}

}  // namespace
}  // namespace flowgate::transport
