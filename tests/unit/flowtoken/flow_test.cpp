#include "flowtoken/flow.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace flowgate {
namespace {

Endpoint at(std::string_view address, std::uint16_t port = 5060) {
  const auto endpoint = Endpoint::from(address, port);
  EXPECT_TRUE(endpoint) << address;
  return endpoint.value_or(Endpoint{});
}

constexpr Protocol protocols[] = {Protocol::udp, Protocol::tcp, Protocol::tls, Protocol::ws, Protocol::wss};

// RFC 3261 §20.42, RFC 7118 §5.2.
TEST(Protocol, HasTheTransportTokenOfAVia) {
  std::vector<std::string_view> names;
  for (const Protocol protocol : protocols) names.push_back(via_name(protocol));
  EXPECT_EQ(names, (std::vector<std::string_view>{"UDP", "TCP", "TLS", "WS", "WSS"}));
}

// RFC 3261 §19.1.1.
TEST(Protocol, HasTheTransportParameterOfAUri) {
  std::vector<std::string_view> names;
  for (const Protocol protocol : protocols) names.push_back(uri_name(protocol));
  EXPECT_EQ(names, (std::vector<std::string_view>{"udp", "tcp", "tls", "ws", "wss"}));
}

TEST(Protocol, IsUnderstoodInAnyCase) {
  for (const Protocol protocol : protocols) {
    EXPECT_EQ(protocol_from(via_name(protocol)), protocol);
    EXPECT_EQ(protocol_from(uri_name(protocol)), protocol);
  }
  EXPECT_EQ(protocol_from("Udp"), Protocol::udp);
  EXPECT_EQ(protocol_from("wSs"), Protocol::wss);
  for (const std::string_view other : {"", "u", "udp ", "udpx", "sctp", "tls-sctp", "w", "wsss",
                                       "\xd5"
                                       "dp"}) {
    EXPECT_EQ(protocol_from(other), std::nullopt) << other;
  }
}

TEST(Protocol, OnlyUdpIsNoStream) {
  for (const Protocol protocol : protocols) EXPECT_EQ(is_stream(protocol), protocol != Protocol::udp);
}

TEST(Endpoint, KeepsAnIPv4AddressInTheFirstFourOctets) {
  const Endpoint endpoint = at("192.0.2.1", 65535);
  EXPECT_FALSE(endpoint.v6);
  EXPECT_EQ(endpoint.ip, (std::array<std::uint8_t, 16>{192, 0, 2, 1}));
  EXPECT_EQ(endpoint.port, 65535);
}

TEST(Endpoint, KeepsAnIPv6AddressInNetworkOrder) {
  const Endpoint endpoint = at("2001:db8::102");
  EXPECT_TRUE(endpoint.v6);
  EXPECT_EQ(endpoint.ip,
            (std::array<std::uint8_t, 16>{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2}));
}

// RFC 4291 §2.5.5.2: ::ffff:192.0.2.1 is the host 192.0.2.1.
TEST(Endpoint, TakesAnIPv4MappedAddressForIPv4) {
  EXPECT_EQ(at("::ffff:192.0.2.1"), at("192.0.2.1"));
  EXPECT_EQ(at("::FFFF:c000:0201"), at("192.0.2.1"));
  EXPECT_TRUE(at("::192.0.2.1").v6);
  EXPECT_TRUE(at("::fffe:192.0.2.1").v6);
  EXPECT_TRUE(at("1::ffff:192.0.2.1").v6);
  EXPECT_TRUE(at("64:ff9b::192.0.2.1").v6);
}

// RFC 5118 §4.10: "an implementation must tolerate both of the above constructs".
TEST(Endpoint, MayHaveAColonTooManyInFrontOfItsIPv4Address) {
  EXPECT_EQ(at("2001:db8:::192.0.2.1"), at("2001:db8::192.0.2.1"));
  for (const char* text : {"2001:db8:::1", "2001:db8::::192.0.2.1", "2001:::db8::192.0.2.1", ":::", ".:::"})
    EXPECT_FALSE(Endpoint::from(text, 1)) << text;
}

TEST(Endpoint, IsNothingForAnythingButALiteral) {
  const std::string longest = "abcd:abcd:abcd:abcd:abcd:abcd:192.168.158.190";
  EXPECT_TRUE(Endpoint::from(longest, 1));
  for (const std::string& text :
       {std::string(""), std::string("example.com"), std::string("[2001:db8::1]"), std::string("192.0.2"),
        std::string("192.0.2.256"), std::string("192.0.2.1 "), std::string(" 192.0.2.1"),
        std::string("192.0.2.01"), std::string("0x7f.1"), std::string("192.0.2.1:5060"),
        std::string("fe80::1%eth0"), std::string("1::2::3"), std::string("192.0.2.1\0", 10),
        std::string("192.0.2.1\0x", 11), longest + "0", std::string(100000, '1')}) {
    EXPECT_FALSE(Endpoint::from(text, 1)) << text.substr(0, 60);
  }
}

TEST(Endpoint, DoesNotReadBehindTheViewGiven) {
  EXPECT_EQ(Endpoint::from(std::string_view("192.0.2.123").substr(0, 9), 1), Endpoint::from("192.0.2.1", 1));
}

// RFC 3261 §25.1: IPv6reference = "[" IPv6address "]".
TEST(Endpoint, WritesIPv6InBracketsWhereAHostStands) {
  EXPECT_EQ(at("192.0.2.1").address(), "192.0.2.1");
  EXPECT_EQ(at("192.0.2.1").host(), "192.0.2.1");
  for (unsigned octet = 0; octet < 256; ++octet) {
    const std::string address = "10." + std::to_string(octet) + ".0." + std::to_string(255 - octet);
    EXPECT_EQ(at(address).address(), address);
  }
  EXPECT_EQ(at("192.0.2.1").text(), "192.0.2.1:5060");
  EXPECT_EQ(at("2001:DB8:0:0:0:0:0:1").address(), "2001:db8::1");
  EXPECT_EQ(at("2001:db8::1").host(), "[2001:db8::1]");
  EXPECT_EQ(at("2001:db8::1", 65535).text(), "[2001:db8::1]:65535");
}

TEST(Endpoint, KnowsTheUnspecifiedAddress) {
  EXPECT_TRUE(at("0.0.0.0").is_unspecified());
  EXPECT_TRUE(at("::").is_unspecified());
  EXPECT_FALSE(at("0.0.0.1").is_unspecified());
  EXPECT_FALSE(at("::1").is_unspecified());
}

TEST(Endpoint, IsTheSameOnlyWithEachOctetThePortAndTheVersion) {
  const Endpoint endpoint = at("2001:db8::102");
  EXPECT_EQ(endpoint, at("2001:db8::102"));
  for (std::size_t i = 0; i < endpoint.ip.size(); ++i) {
    Endpoint other = endpoint;
    other.ip[i] ^= 1;
    EXPECT_NE(endpoint, other) << i;
    EXPECT_FALSE(endpoint.same_address(other)) << i;
  }
  EXPECT_NE(endpoint, at("2001:db8::102", 5061));
  Endpoint other = endpoint;
  other.v6 = false;
  EXPECT_NE(endpoint, other);
}

TEST(Endpoint, SameAddressLeavesThePortOut) {
  EXPECT_TRUE(at("192.0.2.1", 1).same_address(at("192.0.2.1", 2)));
  EXPECT_FALSE(at("192.0.2.1", 1).same_address(at("192.0.2.2", 1)));
  EXPECT_FALSE(at("0.0.0.0", 1).same_address(at("::", 1)));
}

TEST(Flow, IsNamedForLogs) {
  const Flow flow{Protocol::udp, at("192.0.2.1"), at("198.51.100.7", 40000), 0};
  EXPECT_EQ(flow.text(), "udp 192.0.2.1:5060 <- 198.51.100.7:40000");
  const Flow v6{Protocol::wss, at("2001:db8::1", 8443), at("2001:db8::2", 40000), 7};
  EXPECT_EQ(v6.text(), "wss [2001:db8::1]:8443 <- [2001:db8::2]:40000");
}

TEST(Flow, TheLowOctetOfTheSerialNamesTheShard) {
  EXPECT_EQ((Flow{Protocol::tcp, {}, {}, 0x1203}.shard()), 3U);
}

// Every field makes another flow, so every field makes another hash.
TEST(FlowHash, CoversEveryField) {
  for (const auto& [local, remote] : {std::pair{at("192.0.2.1"), at("198.51.100.7", 40000)},
                                      std::pair{at("2001:db8::1"), at("2001:db8::7", 40000)}}) {
    const Flow flow{Protocol::tcp, local, remote, 0x0102030405060708};
    const std::size_t last = local.v6 ? 15 : 3;
    std::vector<Flow> others(11, flow);
    others[0].protocol = Protocol::tls;
    others[1].local.ip[0] ^= 1;
    others[2].local.ip[last] ^= 0x80;
    others[3].local.port ^= 0x0100;
    others[4].local.v6 = !flow.local.v6;
    others[5].remote.ip[0] ^= 1;
    others[6].remote.ip[last] ^= 0x80;
    others[7].remote.port ^= 1;
    others[8].remote.v6 = !flow.remote.v6;
    others[9].serial ^= std::uint64_t{1} << 63;
    others[10].serial ^= 1;
    std::set<std::size_t> hashes{FlowHash{}(flow)};
    for (const Flow& other : others) hashes.insert(FlowHash{}(other));
    EXPECT_EQ(hashes.size(), others.size() + 1) << flow.text();
    EXPECT_EQ(FlowHash{}(flow), FlowHash{}(Flow(flow)));
  }
}

TEST(FlowHash, CoversEveryFieldOfAnEndpoint) {
  const Endpoint endpoint = at("192.0.2.1");
  std::vector<Endpoint> others(3, endpoint);
  others[0].ip[0] ^= 1;
  others[1].port ^= 0x8000;
  others[2].v6 = true;
  std::set<std::size_t> hashes{FlowHash{}(endpoint)};
  for (const Endpoint& other : others) hashes.insert(FlowHash{}(other));
  EXPECT_EQ(hashes.size(), others.size() + 1);
  EXPECT_EQ(FlowHash{}(endpoint), FlowHash{}(Endpoint(endpoint)));
}

}  // namespace
}  // namespace flowgate
