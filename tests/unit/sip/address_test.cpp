#include "sip/address_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace flowgate::sip {
namespace {

boost::system::error_code error_of(std::string_view text, const Limits& limits = {}) {
  const auto address = Address::parse(text, limits);
  return address ? boost::system::error_code{} : address.error();
}

Address parsed(std::string_view text) {
  const auto address = Address::parse(text);
  EXPECT_TRUE(address) << text;
  return address ? *address : Address{};
}

// RFC 3261 §20.10
TEST(Address, may_have_a_display_name_a_uri_and_header_parameters) {
  const Address address =
      parsed(R"("Mr. Watson" <sip:watson@worcester.bell-telephone.com;lr>;q=0.7; expires=3600)");
  EXPECT_EQ(address.display, R"("Mr. Watson")");
  EXPECT_EQ(address.uri.text, "sip:watson@worcester.bell-telephone.com;lr");
  EXPECT_EQ(address.uri.param("lr"), "");
  EXPECT_FALSE(address.uri.param("q"));
  EXPECT_EQ(address.params.find("q"), "0.7");
  EXPECT_EQ(address.params.find("expires"), "3600");
  EXPECT_FALSE(address.params.has("lr"));
  EXPECT_TRUE(address.bracketed);
}

TEST(Address, hands_on_each_header_parameter_as_it_is_read) {
  std::vector<std::string> seen;
  Address address;
  const auto error =
      Address::read("<sip:bob@example.com;lr>;q=0.7;ob; +x=\"a;b\";=", {}, address, [&](const Param& param) {
        EXPECT_EQ(address.uri.host, "example.com") << "the URI is there already";
        seen.emplace_back(param.whole);
      });
  EXPECT_EQ(seen, (std::vector<std::string>{"q=0.7", "ob", "+x=\"a;b\""}));
  EXPECT_EQ(error, Error::bad_parameter);
}

TEST(Address, of_a_route_is_a_uri_in_brackets) {
  const Address address = parsed("<sip:p1.example.com;lr>");
  EXPECT_EQ(address.display, "");
  EXPECT_EQ(address.uri.host, "p1.example.com");
  EXPECT_TRUE(address.params.empty());
}

TEST(Address, a_display_name_may_be_tokens_and_white_space) {
  EXPECT_EQ(parsed("The Operator <sip:operator@cs.columbia.edu>;tag=287447").display, "The Operator");
  EXPECT_EQ(parsed("Bob\t <sip:bob@biloxi.com>").display, "Bob");
  EXPECT_EQ(parsed("caller<sip:caller@example.com>;tag=323").display, "caller");  // RFC 4475 §3.1.1.6
  // RFC 4475 §3.1.1.2
  const Address wide = parsed(
      "token1~` token2'+_ token3*%!.- "
      "<sip:mundane@example.com>;fromParam''~+*_!.-%=\"\xd1\x80\xd0\xb0\";tag=_token~1'+`*%!-.");
  EXPECT_EQ(wide.display, "token1~` token2'+_ token3*%!.-");
  EXPECT_EQ(wide.params.find("fromParam''~+*_!.-%"), "\"\xd1\x80\xd0\xb0\"");
  EXPECT_EQ(wide.params.find("tag"), "_token~1'+`*%!-.");
}

// RFC 3261 §16.3 (1): "Any other components, well-formed or not, SHOULD be ignored".
TEST(Address, a_display_name_may_lack_the_quotes_that_it_needs) {
  EXPECT_EQ(parsed("Bj\xc3\xb6rn <sip:a@b.org>;tag=1").display, "Bj\xc3\xb6rn");
  EXPECT_EQ(parsed("Bob (work) [2] <sip:a@b.org>;tag=1").display, "Bob (work) [2]");
  EXPECT_EQ(parsed("a@b<sip:a@b.org>;tag=1").params.find("tag"), "1");
}

// RFC 4475 §3.1.2.15
TEST(Address, a_display_name_without_quotes_holds_nothing_that_separates) {
  for (std::string_view text :
       {"Bell, Alexander <sip:a@b.org>", "a:b <sip:a@b.org>", "A \"B\" <sip:a@b.org>", "a;b <sip:a@b.org>",
        "a\\b <sip:a@b.org>", "a\r\nb <sip:a@b.org>", "a\x01 <sip:a@b.org>"}) {
    EXPECT_TRUE(error_of(text)) << text;
  }
}

// RFC 4475 §3.1.1.1 and §3.1.1.2
TEST(Address, a_quoted_display_name_may_hold_escaped_quotes_brackets_and_control_characters) {
  EXPECT_EQ(parsed(R"("Quoted string \"\"" <sip:jdrosen@example.com>)").display, R"("Quoted string \"\"")");
  EXPECT_EQ(parsed(R"("<sip:x@y>;a=b, \\" <sip:a@b.org>)").uri.text, "sip:a@b.org");
  EXPECT_EQ(parsed("\"Bj\xc3\xb6rn\"<sip:a@b.org>").display, "\"Bj\xc3\xb6rn\"");
  const std::string_view escaped{"\"BEL:\\\x07 NUL:\\\0 DEL:\\\x7f\" <sip:a@b.org>", 36};
  EXPECT_EQ(parsed(escaped).display, escaped.substr(0, 22));
  EXPECT_EQ(parsed("\"\" <sip:a@b.org>").display, "\"\"");
}

// RFC 4475 §3.1.2.6
TEST(Address, quotes_and_brackets_are_closed) {
  for (std::string_view text :
       {"\"Mr. J. User <sip:j.user@example.com>", "\"", "\"\\", "\"\\\"", "\"a\"", "\"a\" sip:a@b.org",
        "\"a\"b <sip:a@b.org>", "\"a\r\nb\" <sip:a@b.org>", "\"a\x01\" <sip:a@b.org>", "<sip:a@b.org",
        "a <sip:a@b.org", "<", "a <", "<sip:a@b.org;x=\"", "sip:a@b.org>", "<sip:a@b.org> x",
        "<sip:a@b.org>, <sip:c@b.org>", "<sip:a@b.org>>", "<sip:a@b.org>x=y"}) {
    EXPECT_EQ(error_of(text), Error::bad_address) << text;
  }
}

// RFC 3261 §20: "any semicolon-delimited parameters are header-parameters, not URI parameters"
TEST(Address, without_brackets_parameters_belong_to_the_header) {
  const Address address = parsed("sip:u@example.com;tag=1928301774 ; x");
  EXPECT_FALSE(address.bracketed);
  EXPECT_EQ(address.display, "");
  EXPECT_EQ(address.uri.text, "sip:u@example.com");
  EXPECT_TRUE(address.uri.params.empty());
  EXPECT_EQ(address.params.find("tag"), "1928301774");
  EXPECT_TRUE(address.params.has("x"));
  EXPECT_EQ(parsed("sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n").params.find("tag"),
            "1918181833n");
  EXPECT_EQ(parsed("sip:+19725552222@gw1.example.net;unknownparam").params.has("unknownparam"),
            true);  // RFC 4475 §3.3.12
  EXPECT_EQ(parsed("tel:+12125551212;tag=1").uri.rest, "+12125551212");
  EXPECT_EQ(parsed("sip:a@b.org;+sip.instance=\"<urn:uuid:1>\"").params.find("+sip.instance"),
            "\"<urn:uuid:1>\"");
}

// RFC 3261 §20.10; RFC 4475 §3.1.2.13
TEST(Address, a_uri_with_a_comma_or_question_mark_stands_in_brackets) {
  EXPECT_EQ(error_of("sip:user@example.com?Route=%3Csip:sip.example.com%3E"), Error::bad_address);
  EXPECT_EQ(error_of("sip:a,b@example.com"), Error::bad_address);
  EXPECT_EQ(parsed("<sip:user@example.com?Route=%3Csip:sip.example.com%3E>").uri.headers,
            "Route=%3Csip:sip.example.com%3E");
  EXPECT_EQ(parsed("<sip:a,b;c?d@example.com>").uri.user, "a,b;c?d");
}

// A user part with ';' and no brackets is read as RFC 3261 §20 says, and then what stands behind is no
// parameter.
TEST(Address, a_user_part_is_never_taken_for_a_host) {
  EXPECT_EQ(error_of("sip:alice;day=tuesday@atlanta.com"), Error::bad_parameter);
}

TEST(Address, contacts_of_outbound_clients_are_understood) {
  const Address contact = parsed(
      "<sip:line1@192.0.2.2:51231;transport=tcp;ob>;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-"
      "AABBCCDDEEFF>\";"
      "reg-id=1;+sip.ice;");
  EXPECT_EQ(contact.uri.port, 51231);
  EXPECT_TRUE(contact.uri.param("ob"));
  EXPECT_EQ(contact.params.find("+sip.instance"), "\"<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>\"");
  EXPECT_EQ(contact.params.find("reg-id"), "1");
  EXPECT_TRUE(contact.params.has("+sip.ice"));
  EXPECT_EQ(parsed("<sip:0x7f@1m3eimf14fju.invalid;transport=ws>;+sip.ice;reg-id=1").uri.host,
            "1m3eimf14fju.invalid");
}

TEST(Address, white_space_around_it_is_no_part_of_it) {
  const Address address = parsed(" \t<sip:a@b.org>  ;x \r\n");
  EXPECT_TRUE(address.params.has("x"));
  EXPECT_EQ(parsed("  sip:a@b.org ").uri.text, "sip:a@b.org");
}

// RFC 3261 §25.1: LAQUOT = SWS "<", RAQUOT = ">" SWS; RFC 4475 §3.1.2.14
TEST(Address, white_space_inside_the_brackets_is_refused) {
  EXPECT_EQ(error_of("\"Watson, Thomas\" < sip:t.watson@example.org >"), Error::bad_uri);
  EXPECT_EQ(error_of("<sip:a@b.org >"), Error::bad_uri);
  EXPECT_EQ(error_of("<>"), Error::bad_uri);
}

TEST(Address, errors_in_its_uri_or_parameters_are_reported_as_such) {
  EXPECT_EQ(error_of("<sip:a@b.org:0>"), Error::bad_port);
  EXPECT_EQ(error_of("sip:a@b..org;tag=1"), Error::bad_host);
  EXPECT_EQ(error_of("<sip:a@b.org>;tag="), Error::bad_parameter);
  EXPECT_EQ(error_of("\"Joe\" <sip:joe@example.org>;;;;"), Error::bad_parameter);  // RFC 4475 §3.1.2.1
  EXPECT_EQ(error_of("<sip:a@b.org>;x=\"unbalanced"), Error::bad_quoted_string);
  EXPECT_EQ(error_of("<sip:a@b.org>;a;b", Limits{.params = 1}), Error::too_many_values);
  EXPECT_EQ(error_of("<sip:a@b.org>", Limits{.uri_bytes = 10}), Error::too_large);
}

TEST(Address, there_is_a_uri) {
  for (std::string_view text : {"", "  ", ";tag=1"}) EXPECT_EQ(error_of(text), Error::bad_address) << text;
  EXPECT_EQ(error_of("*"), Error::bad_uri);
  EXPECT_EQ(error_of("Bob"), Error::bad_uri);
}

TEST(Address, cut_short_anywhere_is_handled_without_harm) {
  const std::string whole = R"("A \"B\"" <sip:a@[::1]:5060;lr?x=y>;+sip.instance="<urn:x>";q=0.5)";
  ASSERT_FALSE(error_of(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const std::string_view exact{cut.data(), cut.size()};
    const auto address = Address::parse(exact);
    const bool behind_uri = size > exact.find('>');
    EXPECT_TRUE(behind_uri || !address) << exact;
  }
}

}  // namespace
}  // namespace flowgate::sip
