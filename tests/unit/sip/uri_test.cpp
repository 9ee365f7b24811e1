#include "sip/uri.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace flowgate::sip {
namespace {

boost::system::error_code error_of(std::string_view text, const Limits& limits = {}) {
  const auto uri = Uri::parse(text, limits);
  return uri ? boost::system::error_code{} : uri.error();
}

Uri parsed(std::string_view text) {
  const auto uri = Uri::parse(text);
  EXPECT_TRUE(uri) << text;
  return uri ? *uri : Uri{};
}

// RFC 3261 §19.1.1
TEST(Uri, has_the_general_form_user_password_host_port_parameters_headers) {
  const Uri uri =
      parsed("sip:alice:secret@atlanta.com:5070;transport=tcp;lr?subject=project%20x&priority=urgent");
  EXPECT_EQ(uri.scheme, Scheme::sip);
  EXPECT_EQ(uri.scheme_text, "sip");
  EXPECT_TRUE(uri.has_user);
  EXPECT_EQ(uri.user, "alice");
  EXPECT_EQ(uri.password, "secret");
  EXPECT_EQ(uri.host, "atlanta.com");
  EXPECT_FALSE(uri.host_is_v6);
  EXPECT_EQ(uri.port, 5070);
  EXPECT_EQ(uri.params.text(), ";transport=tcp;lr");
  EXPECT_EQ(uri.param("transport"), "tcp");
  EXPECT_EQ(uri.param("lr"), "");
  EXPECT_EQ(uri.headers, "subject=project%20x&priority=urgent");
}

// RFC 3261 §19.1.3
TEST(Uri, examples_of_the_rfc_are_valid) {
  for (std::string_view text :
       {"sip:alice@atlanta.com", "sip:alice:secretword@atlanta.com;transport=tcp",
        "sips:alice@atlanta.com?subject=project%20x&priority=urgent",
        "sip:+1-212-555-1212:1234@gateway.com;user=phone", "sips:1212@gateway.com", "sip:alice@192.0.2.4",
        "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com", "sip:alice;day=tuesday@atlanta.com"}) {
    EXPECT_FALSE(error_of(text)) << text;
    EXPECT_EQ(parsed(text).text, text);
  }
}

// RFC 3261 §19.1.3: "the last sample URI has a user field value of "alice;day=tuesday""
TEST(Uri, the_user_part_may_look_like_parameters_or_headers) {
  const Uri uri = parsed("sip:alice;day=tuesday@atlanta.com");
  EXPECT_EQ(uri.user, "alice;day=tuesday");
  EXPECT_EQ(uri.host, "atlanta.com");
  EXPECT_TRUE(uri.params.empty());
  EXPECT_EQ(parsed("sip:a?b=c&d/e+f$g,h@x.org;lr").user, "a?b=c&d/e+f$g,h");
  EXPECT_EQ(parsed("sip:+358-555-1234567;postd=pp22@foo.com;user=phone").user, "+358-555-1234567;postd=pp22");
  EXPECT_EQ(parsed("sip:user;par=u%40example.net@example.com").user,
            "user;par=u%40example.net");  // RFC 4475 §3.1.1.9
}

// RFC 4475 §3.1.1.2
TEST(Uri, of_the_wide_range_of_valid_characters_is_understood) {
  const Uri uri = parsed(
      "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/"
      ";;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com");
  EXPECT_EQ(uri.user, "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
  EXPECT_EQ(uri.password, "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)");
  EXPECT_EQ(uri.host, "example.com");
}

TEST(Uri, without_an_at_sign_has_no_user) {
  const Uri uri = parsed("SIPS:Registrar.Example.com");
  EXPECT_EQ(uri.scheme, Scheme::sips);
  EXPECT_EQ(uri.scheme_text, "SIPS");
  EXPECT_FALSE(uri.has_user);
  EXPECT_EQ(uri.host, "Registrar.Example.com");
  EXPECT_FALSE(uri.port);
}

// RFC 3261 §25.1: user = 1*( unreserved / escaped / user-unreserved )
TEST(Uri, a_user_part_is_never_empty) {
  EXPECT_EQ(error_of("sip:@atlanta.com"), Error::bad_uri);
  EXPECT_EQ(error_of("sip::secret@atlanta.com"), Error::bad_uri);
  EXPECT_FALSE(error_of("sip:alice:@atlanta.com"));  // password = *( ... )
}

TEST(Uri, holds_one_at_sign_only) {
  EXPECT_EQ(error_of("sip:alice@bob@atlanta.com"), Error::bad_uri);
  EXPECT_EQ(error_of("sip:alice@atlanta.com;x=a@b"), Error::bad_parameter);
  EXPECT_EQ(error_of("sip:alice@atlanta.com?to=a@b"), Error::bad_uri);
}

TEST(Uri, a_user_part_or_password_holds_only_characters_of_the_grammar) {
  for (std::string_view text :
       {"sip:a b@c.org", "sip:a\"b@c.org", "sip:a<b@c.org", "sip:a>b@c.org", "sip:a#b@c.org", "sip:a[b@c.org",
        "sip:a\\b@c.org", "sip:a^b@c.org", "sip:\xc3\xbc@c.org", "sip:a\rb@c.org", "sip:a\nb@c.org",
        "sip:a\x7f@c.org", "sip:a:b;c@c.org", "sip:a:b:c@c.org", "sip:a:b/c@c.org"}) {
    EXPECT_EQ(error_of(text), Error::bad_uri) << text;
  }
  EXPECT_EQ(error_of(std::string_view{"sip:a\0b@c.org", 13}), Error::bad_uri);
}

// RFC 3261 §19.1.2; RFC 4475 §3.1.1.3 and §3.1.1.4
TEST(Uri, escaped_characters_are_a_percent_sign_and_two_hexadecimal_digits) {
  EXPECT_EQ(parsed("sip:sips%3Auser%40example.com@example.net").user, "sips%3Auser%40example.com");
  EXPECT_EQ(parsed("sip:null-%00-null@example.com").user, "null-%00-null");
  EXPECT_TRUE(parsed("sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31").param("lr"));
  for (std::string_view text :
       {"sip:a%@b.org", "sip:a%4@b.org", "sip:a%4g@b.org", "sip:a%%41@b.org", "sip:a:%4@b.org",
        "sip:a@b.org;c%4", "sip:a@b.org;c=%x1", "sip:a@b.org?c=%4", "sip:a@b.org?%=d"}) {
    EXPECT_EQ(error_of(text), Error::bad_uri) << text;
  }
}

TEST(Uri, a_host_is_a_name_or_an_address) {
  for (std::string_view text :
       {"sip:example.com", "sip:localhost", "sip:example.com.", "sip:a_b.example.com", "sip:3com.com",
        "sip:1.2.3.4", "sip:255.255.255.255", "sip:xn--bcher-kva.example", "sip:4f2a9c", "sip:a--b.org",
        "sip:1.example.com"}) {
    EXPECT_FALSE(error_of(text)) << text;
  }
  for (std::string_view text :
       {"sip:",          "sip:alice@",   "sip:.",         "sip:a@.com",     "sip:a@b..c",
        "sip:a@-b.com",  "sip:a@b-.com", "sip:a@b.com-",  "sip:a@:5060",    "sip:;lr",
        "sip:a@;lr",     "sip:?a=b",     "sip:a@%41.com", "sip:256.1.1.1",  "sip:1.2.3",
        "sip:1.2.3.4.5", "sip:1.2.3.4.", "sip:01.2.3.4",  "sip:1.2.3.0000", "sip:12345"}) {
    EXPECT_EQ(error_of(text), Error::bad_host) << text;
  }
}

TEST(Uri, nothing_illegal_follows_the_host) {
  for (std::string_view text : {"sip:a@b c", "sip:a@b ", "sip:a@b>", "sip:a@b\"", "sip:a@b,c", "sip:a@b/c",
                                "sip:a@b&c", "sip:a@b\r\n", "sip:a@\xc3\xbc", "sip:a@b\x7f", "sip:a@b%41"}) {
    EXPECT_TRUE(error_of(text)) << text;
  }
}

TEST(Uri, a_host_name_is_at_most_255_octets_long) {
  const std::string label(63, 'a');
  const std::string name = label + "." + label + "." + label + "." + label;
  EXPECT_FALSE(error_of("sip:" + name));
  EXPECT_EQ(error_of("sip:" + name + "a"), Error::bad_host);
}

// RFC 3261 §25.1, IPv6reference; RFC 5118 §4
TEST(Uri, an_ipv6_address_stands_in_brackets) {
  const Uri uri = parsed("sip:user@[2001:db8::10]:5070;lr");
  EXPECT_EQ(uri.host, "2001:db8::10");
  EXPECT_TRUE(uri.host_is_v6);
  EXPECT_EQ(uri.port, 5070);
  EXPECT_TRUE(uri.param("lr"));
  EXPECT_EQ(parsed("sip:[::]").host, "::");
  EXPECT_EQ(parsed("sip:[::ffff:192.0.2.10]:19823").host, "::ffff:192.0.2.10");
  EXPECT_EQ(parsed("sip:[2001:db8::10:5070]").port,
            std::nullopt);  // RFC 5118 §4.3: "5070" is part of the address
  EXPECT_FALSE(error_of("sip:[1111:2222:3333:4444:5555:6666:255.255.255.255]"));
}

// RFC 5118 §4.2
TEST(Uri, an_ipv6_address_without_brackets_is_refused) {
  EXPECT_TRUE(error_of("sip:2001:db8::10"));
  EXPECT_TRUE(error_of("sip:user@2001:db8::10"));
}

// RFC 5118 §4.10: the grammar of RFC 3261 let three colons pass
TEST(Uri, an_ipv6_address_is_checked) {
  for (std::string_view text :
       {"sip:[", "sip:[]", "sip:[2001:db8:::1]", "sip:[::1", "sip:[:::]", "sip:[1::2::3]", "sip:[12345::]",
        "sip:[1.2.3.4]", "sip:[fe80::1%25eth0]", "sip:[::1%eth0]", "sip:[g::]", "sip:[ ::1]",
        "sip:[1:2:3:4:5:6:7]", "sip:[1:2:3:4:5:6:7:8:9]",
        "sip:[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]"}) {
    EXPECT_EQ(error_of(text), Error::bad_host) << text;
  }
  EXPECT_EQ(error_of(std::string_view{"sip:[::1\0]", 10}), Error::bad_host);
  EXPECT_TRUE(error_of("sip:[::1]x"));
}

TEST(Uri, a_port_is_between_1_and_65535) {
  EXPECT_EQ(parsed("sip:a@b:1").port, 1);
  EXPECT_EQ(parsed("sip:a@b:65535").port, 65535);
  EXPECT_EQ(parsed("sip:a@b:05060").port, 5060);
  for (std::string_view text :
       {"sip:a@b:", "sip:a@b:0", "sip:a@b:000", "sip:a@b:65536", "sip:a@b:99999999999999999999", "sip:a@b:x",
        "sip:a@b:-1", "sip:a@b: 5060", "sip:a@b:;lr", "sip:[::1]:"}) {
    EXPECT_EQ(error_of(text), Error::bad_port) << text;
  }
  EXPECT_TRUE(error_of("sip:a@b:5060x"));
}

// RFC 3261 §19.1.1: "any given parameter-name MUST NOT appear more than once"
TEST(Uri, any_given_parameter_name_must_not_appear_more_than_once) {
  EXPECT_EQ(error_of("sip:a@b;lr;transport=tcp;lr"), Error::bad_parameter);
  EXPECT_EQ(error_of("sip:a@b;transport=tcp;Transport=udp"), Error::bad_parameter);
  EXPECT_EQ(error_of("sip:a@b;"), Error::bad_parameter);
  EXPECT_EQ(error_of("sip:a@b;;lr"), Error::bad_parameter);
}

TEST(Uri, headers_are_names_and_values) {
  EXPECT_EQ(parsed("sip:a@b?Route=%3Csip:example.com%3E").headers, "Route=%3Csip:example.com%3E");
  EXPECT_EQ(parsed("sip:a@b;lr?x=&y=[/?:+$]").headers, "x=&y=[/?:+$]");
  for (std::string_view text :
       {"sip:a@b?", "sip:a@b?x", "sip:a@b?=y", "sip:a@b?x=y&", "sip:a@b?x=y&&z=", "sip:a@b?x=y=z",
        "sip:a@b?x=<y>", "sip:a@b?x=y z", "sip:a@b?x=y;z", "sip:a@b?x=\"y\""}) {
    EXPECT_EQ(error_of(text), Error::bad_uri) << text;
  }
}

TEST(Uri, there_are_no_more_headers_than_there_may_be_parameters) {
  Limits limits;
  limits.params = 2;
  EXPECT_FALSE(error_of("sip:a@b?c=d&e=f", limits));
  EXPECT_EQ(error_of("sip:a@b?c=d&e=f&g=h", limits), Error::too_many_values);
}

TEST(Uri, is_not_longer_than_the_limit) {
  Limits limits;
  limits.uri_bytes = 16;
  EXPECT_FALSE(error_of("sip:a@b.example1", limits));
  EXPECT_EQ(error_of("sip:a@b.example12", limits), Error::too_large);
}

TEST(Uri, has_a_scheme) {
  for (std::string_view text :
       {"", ":", "sip", "alice@atlanta.com", ":alice@atlanta.com", "*", "<sip:a@b>", "\"sip:a@b\"",
        " sip:a@b", "s ip:a@b", "1sip:a@b", "sip :a@b", "-x:y", "s_p:a"}) {
    EXPECT_EQ(error_of(text), Error::bad_uri) << text;
  }
}

// RFC 3966 §3
TEST(Uri, a_tel_uri_is_a_number_and_parameters) {
  const Uri uri = parsed("tel:+1-201-555-0123;ext=12");
  EXPECT_EQ(uri.scheme, Scheme::tel);
  EXPECT_FALSE(uri.is_sip());
  EXPECT_EQ(uri.rest, "+1-201-555-0123");
  EXPECT_EQ(uri.param("ext"), "12");
  EXPECT_EQ(parsed("tel:7042;phone-context=example.com").param("phone-context"), "example.com");
  EXPECT_EQ(parsed("tel:*69#").rest, "*69#");
  for (std::string_view text :
       {"tel:", "tel:+", "tel:;ext=1", "tel:alice", "tel:1 2", "tel:1+2", "tel:++1", "tel:1@b", "tel:1<"}) {
    EXPECT_EQ(error_of(text), Error::bad_uri) << text;
  }
  EXPECT_EQ(error_of("tel:1;"), Error::bad_parameter);
}

TEST(Uri, of_another_scheme_is_kept_as_it_is) {
  const Uri uri = parsed("urn:service:sos");
  EXPECT_EQ(uri.scheme, Scheme::other);
  EXPECT_EQ(uri.scheme_text, "urn");
  EXPECT_EQ(uri.rest, "service:sos");
  EXPECT_EQ(parsed("http://a.example/b?c=d#e").rest, "//a.example/b?c=d#e");
  EXPECT_EQ(parsed("nobodyKnowsThisScheme:totallyopaquecontent").rest,
            "totallyopaquecontent");                                           // RFC 4475 §3.3.2
  EXPECT_EQ(parsed("soap.beep://192.0.2.103:3002").scheme_text, "soap.beep");  // RFC 4475 §3.3.3
  for (std::string_view text :
       {"urn:", "urn:a b", "urn:a<b", "urn:a>", "urn:\"a\"", "urn:a\n", "urn:\xc3\xbc", "urn:a\x7f"}) {
    EXPECT_EQ(error_of(text), Error::bad_uri) << text;
  }
}

TEST(Uri, cut_short_or_with_one_octet_changed_is_handled_without_harm) {
  const std::string whole = "sip:al%69ce;x=y:pw@[2001:db8::1]:5060;transport=ws;gr=urn:uuid:1%32?a=b%20c&d=e";
  ASSERT_FALSE(error_of(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const auto uri = Uri::parse({cut.data(), cut.size()});
    EXPECT_TRUE(!uri || uri->text.size() == size);
    for (int c = 0; c < 256; ++c) {
      std::string changed = whole;
      changed[size] = static_cast<char>(c);
      const bool never_legal = c <= 0x20 || c >= 0x7f || c == '<' || c == '>' || c == '"';
      EXPECT_FALSE(never_legal && Uri::parse(changed)) << changed;
    }
  }
}

}  // namespace
}  // namespace flowgate::sip
