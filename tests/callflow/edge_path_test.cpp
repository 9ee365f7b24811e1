// The Path that an edge proxy on its own puts into the REGISTERs of its UAs: RFC 5626 §5.1,
// draft-ietf-sip-outbound-00 §6.1, draft-ietf-sip-gruu-04 §8.4.2.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

proxy::Roles edge_alone() {
  proxy::Roles roles;
  roles.registrar = false;
  roles.next_hop = "sip:198.51.100.9:5060;lr";
  return roles;
}

class EdgePath : public ::testing::Test {
 protected:
  std::optional<Flow> flow_in(const std::string& value) {
    const std::string uri = uri_in(value);
    const auto begin = uri.find(':') + 1, at = uri.find('@');
    if (at == std::string::npos) return std::nullopt;
    const auto verified = edge.tokens().verify(uri.substr(begin, at - begin));
    return verified ? std::optional(verified->flow) : std::nullopt;
  }
  // The Path values of that REGISTER, as it comes to the registrar.
  std::vector<std::string> path_of(Phone& phone, const std::string& text) {
    phone.sends(text);
    return registrar.receives("REGISTER sip:example.com SIP/2.0").all("Path");
  }

  Edge edge{{}, {}, std::nullopt, edge_alone()};
  Phone& registrar = edge.udp("registrar", "198.51.100.9:5060");
  Phone& bob = edge.udp("bob", "198.51.100.2:40002");
  Phone& carol = edge.tcp("carol", "198.51.100.3:40003");
};

// RFC 5626 §5.1: the first hop "MUST insert its URI in a Path header field value", "MUST store a flow token",
// "MUST include an ob URI parameter". draft §6.1: the token is "the user part of the URI".
TEST_F(EdgePath, HasTheTokenOfTheFlowAndObForTheFirstHop) {
  for (Phone* phone : {&bob, &carol}) {
    for (const Dialect dialect : {Dialect::rfc, Dialect::draft}) {
      phone->speaks(dialect);
      const auto path = path_of(*phone, phone->registers(phone->outbound_params(1)));
      ASSERT_EQ(path.size(), 1U);
      EXPECT_EQ(flow_in(path[0]), phone->flow());
      EXPECT_THAT(path[0], HasSubstr("@203.0.113.1:5060"));
      EXPECT_THAT(path[0], HasSubstr(";lr"));
      EXPECT_THAT(path[0], EndsWith(";ob>"));
    }
  }
}

// RFC 5626 §5.1: "If the edge proxy is not the first SIP node after the UAC it MUST NOT place an ob URI
// parameter in a Path header field value."
TEST_F(EdgePath, HasNoObWhereTheEdgeIsNotTheFirstHop) {
  const std::string first = "<sip:flow7@198.51.100.20;lr;ob>";
  const std::string via = "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK-ua";
  const auto path = path_of(carol, carol.registers(carol.outbound_params(1), {via, "Path: " + first}));
  ASSERT_FALSE(path.empty());
  EXPECT_EQ(path.back(), first);
  for (std::size_t i = 0; i + 1 < path.size(); ++i) EXPECT_THAT(path[i], Not(HasSubstr(";ob")));
  for (const std::string& value : path_of(carol, carol.registers(carol.outbound_params(2), {via})))
    EXPECT_THAT(value, Not(HasSubstr(";ob")));
}

// draft-gruu §8.4.2: "if it does so for one registration, it SHOULD do so for all registrations for the same
// AOR": whatever the UA supports, and also when it refreshes or removes its binding.
TEST_F(EdgePath, IsInEveryRegistrationOfAnAor) {
  Phone& plain = edge.udp("bob", "198.51.100.4:40004");
  EXPECT_EQ(path_of(bob, bob.registers(bob.outbound_params(1))).size(), 1U);
  EXPECT_EQ(path_of(bob, bob.registers(bob.outbound_params(1) + ";expires=0")).size(), 1U);
  const auto path = path_of(plain, replaced(plain.registers(), "Supported: path, outbound, gruu\r\n", ""));
  ASSERT_EQ(path.size(), 1U);
  EXPECT_EQ(flow_in(path[0]), plain.flow());
}

}  // namespace
}  // namespace flowgate::test
