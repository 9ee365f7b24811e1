#include "sip/via.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace flowgate::sip {
namespace {

boost::system::error_code error_of(std::string_view text, const Limits& limits = {}) {
  const auto via = Via::parse(text, limits);
  return via ? boost::system::error_code{} : via.error();
}

Via parsed(std::string_view text) {
  const auto via = Via::parse(text);
  EXPECT_TRUE(via) << text;
  return via ? *via : Via{};
}

// RFC 3261 §20.42
TEST(Via, says_the_transport_the_sent_by_and_the_branch) {
  const Via via = parsed("SIP/2.0/UDP erlang.bell-telephone.com:5060;branch=z9hG4bK87asdks7");
  EXPECT_EQ(via.transport, "UDP");
  EXPECT_EQ(via.host, "erlang.bell-telephone.com");
  EXPECT_FALSE(via.host_is_v6);
  EXPECT_EQ(via.port, 5060);
  EXPECT_EQ(via.branch(), "z9hG4bK87asdks7");
  EXPECT_TRUE(via.has_magic_cookie());
  EXPECT_FALSE(via.wants_rport());
}

// RFC 3261 §20.42 (the second example), §25.1: SLASH and COLON; RFC 4475 §3.1.1.1
TEST(Via, white_space_is_allowed_where_the_grammar_has_it) {
  const Via via =
      parsed("SIP / 2.0 / UDP first.example.com: 4000;ttl=16 ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1");
  EXPECT_EQ(via.transport, "UDP");
  EXPECT_EQ(via.host, "first.example.com");
  EXPECT_EQ(via.port, 4000);
  EXPECT_EQ(via.params.find("maddr"), "224.2.0.1");
  const Via wide =
      parsed(" SIP  / 2.0\t /TCP     spindle.example.com  : 5061 ;   branch  =   z9hG4bK9ikj8  ");
  EXPECT_EQ(wide.transport, "TCP");
  EXPECT_EQ(wide.host, "spindle.example.com");
  EXPECT_EQ(wide.port, 5061);
  EXPECT_EQ(wide.branch(), "z9hG4bK9ikj8");
}

TEST(Via, has_white_space_before_the_sent_by) {
  EXPECT_EQ(error_of("SIP/2.0/UDPhost"), Error::bad_via);
  EXPECT_EQ(error_of("SIP/2.0/UDP[::1]"), Error::bad_via);
}

// RFC 7118 §5.2
TEST(Via, of_a_websocket_client_names_an_invalid_host) {
  const Via via = parsed("SIP/2.0/WS 1m3eimf14fju.invalid;branch=z9hG4bK7625091");
  EXPECT_EQ(via.transport, "WS");
  EXPECT_EQ(via.host, "1m3eimf14fju.invalid");
  EXPECT_FALSE(via.port);
}

// RFC 3261 §18.2.1; RFC 4475 §3.1.1.10: any token is a transport
TEST(Via, may_name_a_transport_that_we_do_not_know) {
  EXPECT_EQ(parsed("SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKkdjuw").transport, "UNKNOWN");
  EXPECT_EQ(parsed("sip/2.0/TLS-SCTP h;branch=x").transport, "TLS-SCTP");
}

// RFC 4475 §3.1.2.16: badvers is answered 505, and the way back stands in its Via
TEST(Via, may_be_of_a_version_that_we_do_not_know) {
  const Via via = parsed("SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw");
  EXPECT_EQ(via.transport, "UDP");
  EXPECT_EQ(via.host, "c.example.com");
}

TEST(Via, is_of_sip) {
  for (std::string_view text : {"SIPS/2.0/UDP h", "HTTP/2.0/TCP h", "/2.0/UDP h", "SIP//UDP h", "SIP/2.0/ h",
                                "SIP/2.0 UDP h", "SIP/2.0/UDP/x h", "UDP h", ""}) {
    EXPECT_EQ(error_of(text), Error::bad_via) << text;
  }
}

// RFC 3581 §3; RFC 5923 §8
TEST(Via, asks_for_symmetric_response_routing_with_rport) {
  const Via via = parsed("SIP/2.0/UDP 10.1.1.1:4540;rport;branch=z9hG4bKkjshdyff;alias");
  EXPECT_TRUE(via.wants_rport());
  EXPECT_EQ(via.params.find("rport"), "");
  EXPECT_TRUE(via.params.has("alias"));
  const Via answered =
      parsed("SIP/2.0/UDP 10.1.1.1:4540;received=192.0.2.1;rport=9988;branch=z9hG4bKkjshdyff");
  EXPECT_TRUE(answered.wants_rport());
  EXPECT_EQ(answered.params.find("rport"), "9988");
  EXPECT_EQ(answered.params.find("received"), "192.0.2.1");
}

// RFC 5118 §4.1 and §4.5
TEST(Via, an_ipv6_sent_by_stands_in_brackets) {
  const Via via = parsed("SIP/2.0/UDP [2001:db8::9:1]:5061;received=[2001:db8::9:255];branch=z9hG4bKas3-111");
  EXPECT_EQ(via.host, "2001:db8::9:1");
  EXPECT_TRUE(via.host_is_v6);
  EXPECT_EQ(via.port, 5061);
  EXPECT_EQ(via.params.find("received"), "[2001:db8::9:255]");
  EXPECT_FALSE(parsed("SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3").port);
  for (std::string_view text : {"SIP/2.0/UDP 2001:db8::9:1;branch=z9hG4bKas3", "SIP/2.0/UDP [2001:db8::9:1",
                                "SIP/2.0/UDP [1::2::3]", "SIP/2.0/UDP []"}) {
    EXPECT_EQ(error_of(text), Error::bad_via) << text;
  }
}

TEST(Via, a_malformed_sent_by_is_refused) {
  for (std::string_view text :
       {"SIP/2.0/UDP", "SIP/2.0/UDP ", "SIP/2.0/UDP ;branch=x", "SIP/2.0/UDP :5060", "SIP/2.0/UDP a..b",
        "SIP/2.0/UDP h:", "SIP/2.0/UDP h:0", "SIP/2.0/UDP h:65536", "SIP/2.0/UDP h:x", "SIP/2.0/UDP h g",
        "SIP/2.0/UDP h, SIP/2.0/UDP g", "SIP/2.0/UDP a@b", "SIP/2.0/UDP h\r\nX: y", "SIP/2.0/UDP <h>",
        "SIP/2.0/UDP 300.1.1.1"}) {
    EXPECT_EQ(error_of(text), Error::bad_via) << text;
  }
}

TEST(Via, errors_in_its_parameters_are_reported_as_such) {
  EXPECT_EQ(error_of("SIP/2.0/UDP 192.0.2.15;;"), Error::bad_parameter);  // RFC 4475 §3.1.2.1
  EXPECT_EQ(error_of("SIP/2.0/UDP h;branch="), Error::bad_parameter);
  EXPECT_EQ(error_of("SIP/2.0/UDP h;branch=a;branch=b"), Error::bad_parameter);
  EXPECT_EQ(error_of("SIP/2.0/UDP h;x=\"y"), Error::bad_quoted_string);
  EXPECT_EQ(error_of("SIP/2.0/UDP h;a;b", Limits{.params = 1}), Error::too_many_values);
}

// RFC 3261 §8.1.1.7, and §7.3.1: tokens are case-insensitive
TEST(Via, a_branch_with_the_magic_cookie_was_made_as_rfc_3261_says) {
  EXPECT_TRUE(parsed("SIP/2.0/UDP h;branch=z9hG4bK").has_magic_cookie());
  EXPECT_TRUE(parsed("SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~")
                  .has_magic_cookie());  // RFC 4475 §3.1.1.2
  EXPECT_TRUE(parsed("SIP/2.0/UDP h;BRANCH=Z9HG4BKabc").has_magic_cookie());
  EXPECT_FALSE(parsed("SIP/2.0/UDP h;branch=z9hG4b").has_magic_cookie());
  EXPECT_FALSE(parsed("SIP/2.0/UDP h;branch=1z9hG4bK").has_magic_cookie());
  EXPECT_FALSE(parsed("SIP/2.0/UDP h").has_magic_cookie());  // RFC 2543
  EXPECT_EQ(parsed("SIP/2.0/UDP h").branch(), "");
}

TEST(Via, cut_short_anywhere_is_handled_without_harm) {
  const std::string whole = "SIP / 2.0 / UDP [2001:db8::1] : 5060 ;rport;branch=z9hG4bK1;x=\"y\"";
  ASSERT_FALSE(error_of(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const std::string_view exact{cut.data(), cut.size()};
    const bool has_host = size > exact.find(']');
    EXPECT_TRUE(has_host || error_of(exact) == Error::bad_via) << exact;
  }
}

}  // namespace
}  // namespace flowgate::sip
