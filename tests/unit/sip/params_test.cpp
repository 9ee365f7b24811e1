#include "sip/params.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace flowgate::sip {
namespace {

boost::system::error_code error_of(std::string_view text, const Limits& limits = {}) {
  const auto params = Params::parse(text, limits);
  return params ? boost::system::error_code{} : params.error();
}

boost::system::error_code uri_error_of(std::string_view text, const Limits& limits = {}) {
  const auto params = Params::parse_uri(text, limits);
  return params ? boost::system::error_code{} : params.error();
}

std::vector<std::string> names(const Params& params) {
  std::vector<std::string> out;
  for (const Param& param : params) out.emplace_back(param.name);
  return out;
}

// RFC 3261 §7.3.1
TEST(Params, any_number_of_parameters_may_be_attached_in_any_order) {
  const auto params = Params::parse(";branch=z9hG4bK87asdks7;rport;received=192.0.2.1");
  ASSERT_TRUE(params);
  EXPECT_EQ(names(*params), (std::vector<std::string>{"branch", "rport", "received"}));
  EXPECT_EQ(params->find("branch"), "z9hG4bK87asdks7");
  EXPECT_EQ(params->find("rport"), "");
  EXPECT_EQ(params->find("received"), "192.0.2.1");
  EXPECT_FALSE(params->find("maddr"));
  EXPECT_FALSE(params->find(""));
}

TEST(Params, a_parameter_without_a_value_is_told_from_one_with) {
  const auto params = Params::parse(";lr;x=1");
  ASSERT_TRUE(params);
  auto at = params->begin();
  EXPECT_FALSE(at->has_value);
  EXPECT_EQ(at->whole, "lr");
  ++at;
  EXPECT_TRUE(at->has_value);
  EXPECT_EQ(at->value, "1");
  EXPECT_EQ(at->whole, "x=1");
  ++at;
  EXPECT_EQ(at, params->end());
}

TEST(Params, no_text_is_no_parameters) {
  for (std::string_view text : {"", "  \t"}) {
    const auto params = Params::parse(text);
    ASSERT_TRUE(params);
    EXPECT_TRUE(params->empty());
    EXPECT_EQ(params->begin(), params->end());
  }
  EXPECT_EQ(Params{}.begin(), Params{}.end());
}

TEST(Params, parameter_names_are_case_insensitive) {
  const auto params = Params::parse(";+SIP.Instance=\"<urn:uuid:f81d4fae>\";Reg-ID=1");
  ASSERT_TRUE(params);
  EXPECT_EQ(params->find("+sip.instance"), "\"<urn:uuid:f81d4fae>\"");
  EXPECT_TRUE(params->has("reg-id"));
}

// RFC 3261 §25.1: SEMI = SWS ";" SWS, EQUAL = SWS "=" SWS; RFC 4475 §3.1.1.1
TEST(Params, white_space_is_allowed_around_semicolons_and_equal_signs) {
  const auto params = Params::parse(" ; newparam =\t newvalue ;\t  secondparam ; q = 0.33 ");
  ASSERT_TRUE(params);
  EXPECT_EQ(names(*params), (std::vector<std::string>{"newparam", "secondparam", "q"}));
  EXPECT_EQ(params->find("newparam"), "newvalue");
  EXPECT_EQ(params->find("secondparam"), "");
  EXPECT_EQ(params->find("q"), "0.33");
  EXPECT_EQ(params->begin()->whole, "newparam =\t newvalue");
}

TEST(Params, separators_inside_a_quoted_string_separate_nothing) {
  const auto params = Params::parse(R"(;a="x;y=\"z\";\\" ; b="";c)");
  ASSERT_TRUE(params);
  EXPECT_EQ(params->find("a"), R"("x;y=\"z\";\\")");
  EXPECT_EQ(params->find("b"), R"("")");
  EXPECT_EQ(names(*params), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Params, a_quoted_string_ends) {
  for (std::string_view text : {";a=\"", ";a=\"x", ";a=\"x\\", ";a=\"x\\\"", ";a=\"x\ry\"", ";a=\"x\\\ny\"",
                                ";a=\"x\x01\"", ";a=\"\x7f\""}) {
    EXPECT_EQ(error_of(text), Error::bad_quoted_string) << text;
  }
}

// RFC 3261 §25.1: gen-value = token / host / quoted-string; RFC 5118 §4.5
TEST(Params, a_value_may_be_an_ipv6_address_with_or_without_brackets) {
  const auto params = Params::parse(";received=2001:db8::9:255;maddr=[2001:db8::1]");
  ASSERT_TRUE(params);
  EXPECT_EQ(params->find("received"), "2001:db8::9:255");
  EXPECT_EQ(params->find("maddr"), "[2001:db8::1]");
}

TEST(Params, base64_without_quotes_is_let_pass) {
  const auto params = Params::parse(";tag=a+b/c==;x");
  ASSERT_TRUE(params);
  EXPECT_EQ(params->find("tag"), "a+b/c==");
}

TEST(Params, one_semicolon_too_many_at_the_end_is_let_pass) {
  const auto params = Params::parse(";+sip.ice; ");
  ASSERT_TRUE(params);
  EXPECT_EQ(names(*params), (std::vector<std::string>{"+sip.ice"}));
  EXPECT_EQ(params->text(), ";+sip.ice");
}

// RFC 4475 §3.1.2.1: additional semicolons without parameters
TEST(Params, a_parameter_has_a_name) {
  for (std::string_view text :
       {";", "; ", ";;", ";;;;", ";a;;", ";a;;b", ";=1", ";a;=1", "; =", "a", "a=b", "=;"}) {
    EXPECT_EQ(error_of(text), Error::bad_parameter) << text;
  }
}

TEST(Params, a_value_stands_behind_each_equal_sign) {
  for (std::string_view text : {";a=", ";a= ", ";a=;b", ";a= ;b=1"}) {
    EXPECT_EQ(error_of(text), Error::bad_parameter) << text;
  }
}

TEST(Params, only_the_characters_of_the_grammar_are_allowed) {
  for (std::string_view text :
       {";a b", ";a=b c", ";a=b,c", ";a=<b>", ";a=b@c", ";a\rb", ";a=b\n", ";a=\"b\"c", ";a=b\"c\"", ";a@b=c",
        ";a/b=c", ";\xc3\xbc=1", ";a=\xc3\xbc", ";a\x7f", ";a=\x01"}) {
    EXPECT_EQ(error_of(text), Error::bad_parameter) << text;
  }
  EXPECT_EQ(error_of(std::string_view{";a=b\0c", 6}), Error::bad_parameter);
}

// RFC 3261 §7.3.1
TEST(Params, any_given_parameter_name_must_not_appear_more_than_once) {
  EXPECT_EQ(error_of(";tag=1;tag=2"), Error::bad_parameter);
  EXPECT_EQ(error_of(";a;b;c;d;B=1"), Error::bad_parameter);
  EXPECT_FALSE(error_of(";a=b;b=a;ab=ab"));
}

TEST(Params, there_may_be_as_many_as_the_limit) {
  Limits limits;
  limits.params = 3;
  EXPECT_FALSE(error_of(";a;b;c", limits));
  EXPECT_EQ(error_of(";a;b;c;d", limits), Error::too_many_values);
  EXPECT_FALSE(uri_error_of(";a;b;c", limits));
  EXPECT_EQ(uri_error_of(";a;b;c;d", limits), Error::too_many_values);
}

// RFC 3261 §25.1: paramchar
TEST(Params, of_a_uri_may_hold_what_a_token_may_not) {
  const auto params = Params::parse_uri(";gr=urn:uuid:f81d4fae-7dec;x=[a]/:&+$!~*'();lr");
  ASSERT_TRUE(params);
  EXPECT_EQ(params->find("gr"), "urn:uuid:f81d4fae-7dec");
  EXPECT_EQ(params->find("x"), "[a]/:&+$!~*'()");
  EXPECT_TRUE(params->has("LR"));
}

TEST(Params, of_a_uri_hold_no_white_space_quotes_or_at_signs) {
  for (std::string_view text : {"; lr", ";lr ", ";a =b", ";a= b", ";a=\"b\"", ";a=b@c", ";a=b=c", ";a=<", ";",
                                ";lr;", ";;lr", ";=x", ";a=", ";a=;b", "lr", ";a?b", ";a,b", ";a;b;A"}) {
    EXPECT_EQ(uri_error_of(text), Error::bad_parameter) << text;
  }
}

// RFC 4475 §3.1.1.3: ";%6C%72" is ";lr"
TEST(Params, of_a_uri_may_be_escaped_in_name_and_value) {
  const auto params = Params::parse_uri(";%6C%72;n%61me=v%61lue%25%34%31");
  ASSERT_TRUE(params);
  EXPECT_TRUE(params->has("lr"));
  EXPECT_EQ(params->find("NAME"), "v%61lue%25%34%31");
  EXPECT_EQ(uri_error_of(";lr;%6Cr"), Error::bad_parameter);
}

TEST(Params, of_a_uri_hold_no_malformed_escape) {
  for (std::string_view text : {";%", ";%6", ";%6g", ";a%", ";a=%", ";a=%4", ";a=%4;b", ";a=b%zz"}) {
    EXPECT_EQ(uri_error_of(text), Error::bad_uri) << text;
  }
}

// RFC 3261 §25.1: a '%' in a token is just a character
TEST(Params, of_a_header_are_not_unescaped) {
  const auto params = Params::parse(";%6Cr;lr");
  ASSERT_TRUE(params);
  EXPECT_EQ(names(*params), (std::vector<std::string>{"%6Cr", "lr"}));
}

}  // namespace
}  // namespace flowgate::sip
