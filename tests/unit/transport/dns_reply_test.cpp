// Replies of DNS servers, of which each octet may be wrong (RFC 1035 §4).
#include "transport/dns/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "dns_wire.h"
#include "zone.h"

namespace flowgate::dns {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;

std::span<const std::uint8_t> octets(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
Answer parse(Type type, const std::string& reply) {
  return parse_reply(type, octets(reply));
}
std::string reply_of(const Zone& zone, const std::string& name, Type type) {
  const wire::Query query = wire::query_for(name, type);
  return wire::reply(query, *zone.find(query.question));
}
std::string from_records(Type type, std::size_t count, const std::string& records) {
  return wire::header(wire::query_for("example.com", type), 0, count) + records;
}

const Zone zone = Zone()
                      .a("example.com", "192.0.2.1")
                      .a("example.com", "192.0.2.2")
                      .a("example.com", "2001:db8::1")
                      .srv("example.com", 1, 2, 5060, "Host.Example.com")
                      .srv("example.com", 3, 4, 5061, ".")
                      .naptr("example.com", 1, 2, "SIP+D2U", "_sip._udp.example.com")
                      .naptr("example.com", 3, 4, "E2U+sip", ".", "u", "!^.*$!sip:info@example.com!");

TEST(DnsReply, RecordsAreThoseOfTheReply) {
  const Answer a = parse(Type::a, reply_of(zone, "example.com", Type::a));
  EXPECT_EQ(a.outcome, Outcome::found);
  EXPECT_EQ(a.ttl, seconds(300));
  EXPECT_THAT(a.addresses, ElementsAre(address("192.0.2.1"), address("192.0.2.2")));

  const Answer aaaa = parse(Type::aaaa, reply_of(zone, "example.com", Type::aaaa));
  EXPECT_EQ(aaaa.outcome, Outcome::found);
  EXPECT_THAT(aaaa.addresses, ElementsAre(address("2001:db8::1")));

  const Answer srv = parse(Type::srv, reply_of(zone, "example.com", Type::srv));
  EXPECT_EQ(srv.outcome, Outcome::found);
  EXPECT_THAT(srv.srv, ElementsAre(Srv{1, 2, 5060, "host.example.com"}, Srv{3, 4, 5061, "."}));

  const Answer naptr = parse(Type::naptr, reply_of(zone, "example.com", Type::naptr));
  EXPECT_EQ(naptr.outcome, Outcome::found);
  EXPECT_THAT(naptr.naptr, ElementsAre(Naptr{1, 2, "s", "SIP+D2U", "", "_sip._udp.example.com"},
                                       Naptr{3, 4, "u", "E2U+sip", "!", "."}));
}

TEST(DnsReply, AliasLeadsToTheRecordsOfTheOtherName) {
  const std::string data = wire::name("other.example.com");
  const std::string reply =
      from_records(Type::a, 2,
                   wire::record(wire::asked_name, 5, 60, data) +
                       wire::record(data, 1, 300, wire::address_data(address("192.0.2.7"))));
  const Answer answer = parse(Type::a, reply);
  EXPECT_THAT(answer.addresses, ElementsAre(address("192.0.2.7")));
  EXPECT_EQ(answer.ttl, seconds(60));
}

TEST(DnsReply, AliasThatLeadsNowhereIsNoAddress) {
  const std::string reply =
      from_records(Type::a, 1, wire::record(wire::asked_name, 5, 60, wire::name("other.example.com")));
  EXPECT_EQ(parse(Type::a, reply).outcome, Outcome::none);
}

// RFC 2181 §8: a TTL with the most significant bit set is zero.
TEST(DnsReply, TimeToLiveIsTheShortestOfAllRecords) {
  const std::string data = wire::address_data(address("192.0.2.1"));
  const auto two = [&](std::uint32_t a, std::uint32_t b) {
    return parse(Type::a, from_records(Type::a, 2,
                                       wire::record(wire::asked_name, 1, a, data) +
                                           wire::record(wire::asked_name, 1, b, data)))
        .ttl;
  };
  EXPECT_EQ(two(100, 50), seconds(50));
  EXPECT_EQ(two(50, 100), seconds(50));
  EXPECT_EQ(two(50, 0x80000001), seconds(0));
}

// RFC 2308 §3: "the minimum of the MINIMUM field of the SOA record and the TTL of the SOA itself"
TEST(DnsReply, NoRecordsAreKeptAsLongAsTheSoaSays) {
  const auto none = [](const std::string& authority) {
    return parse(Type::a, wire::header(wire::query_for("example.com", Type::a), 0, 0, 1) + authority);
  };
  EXPECT_EQ(none(wire::soa(40, 50)).outcome, Outcome::none);
  EXPECT_EQ(none(wire::soa(40, 50)).ttl, seconds(40));
  EXPECT_EQ(none(wire::soa(60, 50)).ttl, seconds(50));
}

TEST(DnsReply, RecordsAreBounded) {
  Zone large;
  for (std::uint16_t i = 0; i < 1000; ++i) {
    large.a("example.com", "192.0." + std::to_string(i / 250) + "." + std::to_string(i % 250))
        .a("example.com", "2001:db8::" + std::to_string(i))
        .srv("example.com", i, 0, 5060, "h" + std::to_string(i))
        .naptr("example.com", i, 0, std::string(255, 'x'), "h", "s", std::string(255, 'y'));
  }
  for (const Type type : {Type::a, Type::aaaa, Type::srv, Type::naptr}) {
    const Answer answer = parse(type, reply_of(large, "example.com", type));
    EXPECT_EQ(answer.outcome, Outcome::found);
    EXPECT_EQ(answer.addresses.size() + answer.srv.size() + answer.naptr.size(), max_records);
    for (const Naptr& naptr : answer.naptr) EXPECT_EQ(naptr.service + naptr.regexp, "!");
  }
}

// Each prefix of a reply: what it does not hold is not made up.
TEST(DnsReply, CutReplyIsAFailure) {
  for (const Type type : {Type::a, Type::aaaa, Type::srv, Type::naptr}) {
    const std::string whole = reply_of(zone, "example.com", type);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const std::string cut = whole.substr(0, size);
      EXPECT_NE(parse(type, cut).outcome, Outcome::found) << size;
      EXPECT_EQ(ttl_of(octets(cut)), std::nullopt) << size;
    }
    EXPECT_EQ(parse(type, whole).outcome, Outcome::found);
  }
}

// §4.1.4: a pointer may point at itself, at another pointer, behind the end.
TEST(DnsReply, PointersThatLeadInCirclesAreAFailure) {
  const std::string before = from_records(Type::srv, 1, "");
  // The target stands behind the owner (2), the fixed part (10) and three numbers (6).
  const auto target = static_cast<std::uint32_t>(before.size() + 18);
  for (const std::uint32_t to : {target, target + 2, 0x3fffU}) {
    const std::string data =
        std::string(6, '\1') + wire::number(0xc000 | to, 2) + wire::number(0xc000 | target, 2);
    EXPECT_EQ(parse(Type::srv, before + wire::record(wire::asked_name, 33, 60, data)).outcome,
              Outcome::failed)
        << to;
  }
}

TEST(DnsReply, ChangedOctetsAreSurvived) {
  std::mt19937 generator(7);
  for (const Type type : {Type::a, Type::aaaa, Type::srv, Type::naptr}) {
    const std::string whole = reply_of(zone, "example.com", type);
    for (int round = 0; round < 5000; ++round) {
      std::string changed = whole;
      for (int i = 0; i < 3; ++i) changed[generator() % changed.size()] = static_cast<char>(generator());
      const Answer answer = parse(type, changed);
      EXPECT_LE(answer.addresses.size() + answer.srv.size() + answer.naptr.size(), max_records);
      const bool empty = answer.addresses.empty() && answer.srv.empty() && answer.naptr.empty();
      EXPECT_EQ(empty, answer.outcome != Outcome::found);
    }
  }
}

}  // namespace
}  // namespace flowgate::dns
